"""Files that belong to a ticket: what is taken, by its content, and those that came with the matter itself."""
