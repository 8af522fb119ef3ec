"""What each command takes; what it does is in a file of its own."""
