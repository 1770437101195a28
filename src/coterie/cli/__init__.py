"""The command line: thin verbs over the same functions that Python has."""
