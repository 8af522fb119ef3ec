"""Numbers that courses quote, each as the tool gives it; see docs/update_teaching_numbers.py."""
