"""Designs on the same simulated trials."""
