"""持续跟踪 (SPEC B6, D32): somebody keeps an eye on a ticket until a date, also after it was closed, and is reminded.

An annotation is a row (rows.py) that is finished or moved, never deleted (keeping.py). Its reminders (reminding.py) come
at half past eight of the date and of every day after it, until it is finished or moved.
"""
