"""跟踪督办清单 (SPEC A9): of last week, what the callback found unsatisfactory, what is still in hand and what is not solved.

A ticket that gets onto the list is an item (rows.py); each week it stands on has a row with its bucket, so a week of the
past stays as it was. listing.py makes the list of a week, on Monday or when somebody opens the page, and finds who has
left it: only by resolution or suspended by ruling, never by hand. following.py is what people add: a cause and a log.
"""
