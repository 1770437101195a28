"""Numbers about a user, as of a date: the catalogue by family and how it is built."""
