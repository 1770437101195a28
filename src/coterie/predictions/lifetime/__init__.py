"""What users are worth: how often they will come back, for how much, and for how long."""
