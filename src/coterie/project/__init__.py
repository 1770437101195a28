"""What a project is: coterie.yaml as checked, immutable settings."""
