"""What a handler takes along when he goes out: the tickets that he ticked, in the order in which one walks."""
