"""What comes in other than by phone: messages of every channel, until each is a ticket or known to be no matter."""
