"""Operating characteristics of a design, each with its Monte Carlo error."""
