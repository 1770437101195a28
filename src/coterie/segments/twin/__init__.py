"""A segmentation said again in a few plain conditions, with its fidelity."""
