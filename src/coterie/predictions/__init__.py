"""What will happen: numbers about the future of users, checked on later data."""
