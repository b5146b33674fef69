"""What of a ticket is told to open pages: that it changed, who else looks at it, and the news for the page that asks."""
