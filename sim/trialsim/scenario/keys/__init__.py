"""The top-level keys of a scenario, one file each."""
