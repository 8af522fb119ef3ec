"""One simulated trial as its readers meet it: what its investigators have, and apart from it the
truth that only the simulator knows."""
