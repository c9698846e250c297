"""The handbook's calculations as pure functions: numbers in, frozen results out; no files, no language."""
