"""Does a grouping explain an outcome: the test that fits the two, how much, and how sure."""
