"""Why a user is in a segment, and what would change it."""
