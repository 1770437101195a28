"""Tables, pictures and words: pure functions of results."""
