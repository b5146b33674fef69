"""Live events: a browser keeps one connection open and is told that something changed, never what is in it.

`wire` takes a connection over from the web server, `hub` keeps them all and looks for news, `seats` closes those whose
session has ended, `rows` reads append-only tables without missing a late commit, `bell` is the first source of news.
PostgreSQL is the only truth: nothing here depends on the queue or on a hook in an action.
"""
