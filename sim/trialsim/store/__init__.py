"""The results folder: written whole or not at all, read back, and its parts while a run goes on."""
