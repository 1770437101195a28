"""Handing results to the tools that others read: tables and views, LookML, dbt."""
