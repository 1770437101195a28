"""Fits on all users, in the warehouse: only sums of coordinates leave it."""
