"""The pages on which routing rules are read, tried on the newest tickets, written and ended."""
