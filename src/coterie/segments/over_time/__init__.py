"""Segments over time: what became of those of the last run, who moved and why, and how features drift."""
