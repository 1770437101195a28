"""In which state users are, from new to dead: how they move, how many there will be, who goes quiet."""
