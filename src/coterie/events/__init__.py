"""One row is one act of one user: records, the mapping of raw tables, and the rows set aside."""
