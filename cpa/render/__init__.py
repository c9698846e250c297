"""Findings and tables to the terminal and to machines, one module a format."""
