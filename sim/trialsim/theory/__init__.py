"""Closed forms, one file a family. Imports scipy only and shares nothing with the engine."""
