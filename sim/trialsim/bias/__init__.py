"""What misleads: one file a mechanism, with its RoB 2 domain and what it distorts."""
