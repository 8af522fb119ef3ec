"""One published result among its siblings, and what a flaw would have done to a trial."""
