"""One thin module a command: options, one call, show, exit code."""
