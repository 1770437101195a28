"""One file a language; each holds the `WORDS` that a report is written in."""
