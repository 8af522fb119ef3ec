"""What people write: one file a top-level key, and how a scenario resolves to a plan."""
