"""Many trials of one question: flaws, selective publication, and what reviews make of them."""
