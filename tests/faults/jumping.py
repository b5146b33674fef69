"""A database whose clock can jump while product processes work with it, on any machine that runs the tests.

The product's role finds our functions before PostgreSQL's own of the same name (search_path), so the very statements of
unchanged processes get another time, on every connection and from one statement to the next.
"""
from datetime import timedelta

CLOCKS = ("clock_timestamp", "statement_timestamp", "transaction_timestamp", "now")
PREPARE = """
    CREATE SCHEMA jumped;
    CREATE TABLE jumped.shift (by interval NOT NULL);
    INSERT INTO jumped.shift VALUES ('0');
    GRANT USAGE ON SCHEMA jumped TO hotline;
    GRANT SELECT ON jumped.shift TO hotline;
    ALTER ROLE hotline IN DATABASE hotline SET search_path = jumped, pg_catalog, public;
"""
CLOCK = """CREATE FUNCTION jumped.{0}() RETURNS timestamptz LANGUAGE sql
           AS 'SELECT pg_catalog.{0}() + by FROM jumped.shift';"""


class JumpingClock:
    """Made before the processes that shall see it connect."""

    def __init__(self, site):
        self.line = site.postgres.connect("hotline", owner=True)
        self.line.autocommit = True
        self.run(PREPARE + "".join(CLOCK.format(name) for name in CLOCKS))

    def run(self, statement, parameters=()):
        with self.line.cursor() as cursor:
            cursor.execute(statement, parameters)

    def jump(self, by: timedelta):
        """To this distance from the true time."""
        self.run("UPDATE jumped.shift SET by = %s", [by])

    def close(self):
        self.line.close()
