"""LookML of what is published: views, explores and a dashboard for Looker."""
