"""The document: chapters with tables and figures in place, and one writer a format."""
