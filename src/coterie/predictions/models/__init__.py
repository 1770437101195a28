"""What foretells: each model is fitted by a library and kept as plain numbers."""
