"""The smallest trial, or whatever else, that reaches a target."""
