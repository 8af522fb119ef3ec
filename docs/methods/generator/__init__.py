"""What docs/methods/update.py makes: pages of methods, their evidence, their measured levels."""
