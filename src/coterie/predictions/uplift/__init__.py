"""Whom an action moves: learners of uplift, their choice, what treating whom is worth, and of whom."""
