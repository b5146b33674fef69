"""Search over everything that was ever registered: what a question means, what it finds, and how that is shown."""
