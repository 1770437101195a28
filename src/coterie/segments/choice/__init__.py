"""How the method and the number of segments are chosen, by evidence."""
