"""Mystery trials: one simulated trial with a hidden flaw, or none, for a class to judge."""
