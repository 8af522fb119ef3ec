"""What is seen of the truth: reasons why scores are missing."""
