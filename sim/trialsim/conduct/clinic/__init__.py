"""The clinic: one trial as simpy plays it, the readable reference of what happens to patients."""
