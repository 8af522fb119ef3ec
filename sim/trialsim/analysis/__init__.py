"""What the statistician does with the data of one trial, for all replicates at once."""
