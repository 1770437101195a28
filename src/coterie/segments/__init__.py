"""Who belongs together: methods, the choice of k, the audit, traits, and assignment as SQL."""
