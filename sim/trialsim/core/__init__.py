"""Axes, records, random tables, the plan, the method registry and errors. Imports no stage."""
