"""How any user is put into a segment: in numpy, and as SQL that agrees to the last user."""
