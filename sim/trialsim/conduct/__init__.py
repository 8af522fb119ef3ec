"""What happens between allocation and visits: who treats whom."""
