"""Growth in the report: each question a chapter of charts with their tables."""
