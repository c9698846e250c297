"""The tables of an audit, declared once: work tables (forms) by number, and the tables of the commands."""

from cpa.tables.model import Cell, Column, Derived, Table

__all__ = ["Cell", "Column", "Derived", "Table"]
