"""What a segmentation must be asked before anyone believes it: one check a question."""
