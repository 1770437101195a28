"""The methods of segmentation, one file each."""
