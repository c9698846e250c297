"""Folders of plain files: YAML and CSV read into plain values that know their places, and atomic writing.

Nothing in this room knows what an audit is.
"""
