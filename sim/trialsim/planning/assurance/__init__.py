"""What is not known for certain: priors, assurance, pilots."""
