"""The vectorised twin of the clinic: all replicates at once, no event queue.

Arrays in here are (p, r) in C order: planes as they lie in memory, seen from the patient's side.
"""
