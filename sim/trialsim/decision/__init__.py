"""What is concluded from an estimate."""
