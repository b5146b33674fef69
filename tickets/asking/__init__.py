"""The page on which the questions of a category are kept; how they are asked and answered is in tickets.taking.questions."""
