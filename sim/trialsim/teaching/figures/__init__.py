"""Figures that only lessons need: bars of what may be chosen from, and a funnel to guess at."""
