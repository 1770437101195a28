"""Hierarchical clustering: exact trees on rows, and on micro-clusters of many rows."""
