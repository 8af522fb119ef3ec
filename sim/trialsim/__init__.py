"""Simulate randomised trials and learn how far their designs can be trusted."""

__version__ = "0.1.0"
