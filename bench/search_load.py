"""A million tickets with texts of their own for bench/search.py: the tickets of bench/crew.py, copied inside the database.

Ids follow time, as they do in life. Of the copies 97 in 100 are over; the units hold unequal shares, the least one ticket in
280, with which the search has the hardest time; 200,000 citizens call.
While rows are loaded, and only on the connection that loads them, triggers and foreign keys are off, and the indexes of
words are away, to be built at the end as a migration would; the checks of the tables hold all the same. It is one
transaction: a load that is broken off leaves nothing.
"""
import json
import random
import time

from bench import ground

DAYS, CALLERS, TEXTS, CHUNK = 730, 200_000, 20_000, 50_000
VOCABULARY, LETTERS = 4_000, 2_500
OPEN_SHARE = 0.03
SAYS = ("停水", 20), ("医保", 50)  # one ticket in so many says it
RARE = "孔雀石"  # twenty tickets say it
OVER = {
    "state": "'archived'", "closure_kind": "'callback'", "callback_outcome": "'positive'",
    "callback_by_id": "t.registered_by_id", "callback_at": "c.at", "closed_at": "c.at", "archived_at": "c.at",
    "next_due_at": "NULL",
}


def sentences(chance):
    """Texts out of words that are as unequal as words are."""
    letters = [chr(0x4E00 + place * 7) for place in range(LETTERS)]
    words = ["".join(chance.choices(letters, k=chance.choice((2, 2, 2, 3)))) for _word in range(VOCABULARY)]
    weights = [1 / (rank + 20) for rank in range(VOCABULARY)]
    for _text in range(TEXTS):
        said = "".join(chance.choices(words, weights, k=chance.randrange(40, 140)))
        yield said[:12], said[:1500]


def messages(path):
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row.get("topic", "")[:30], row.get("detail", "").replace("\x00", "")[:1500]


def prepare(standing, tickets, path):
    """Migrate, make people and a ticket a unit, then copies of them up to so many; nothing where a district is already."""
    from accounts.instant import database_now
    from bench import crew, intake
    from tickets.models import Ticket

    if not ground.is_there():
        crew.models(intake.prepare(), database_now().replace(microsecond=0))
    there = Ticket.objects.count()
    missing = tickets - there
    if there <= crew.UNITS:
        begun = time.monotonic()
        with standing.loader() as database:
            load(database, missing, list(messages(path) if path else sentences(random.Random(1))))  # noqa: S311 (the same in every run)
        print(f"{missing:,} tickets loaded in {time.monotonic() - begun:.0f} s", flush=True)


def load(database, missing, texts):
    with database, database.cursor() as cursor, ground.without_indexes(cursor, "tickets_searchtext", "tickets_ticket"):
        cursor.execute("CREATE TEMPORARY TABLE texts (n serial, title text, content text)")
        for start in range(0, len(texts), 1000):
            rows = texts[start:start + 1000]
            marks = ", ".join(["(%s, %s)"] * len(rows))
            values = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO texts (title, content) VALUES {marks}", values)  # noqa: S608 (marks only)
        cursor.execute("CREATE INDEX ON texts (n)")
        cursor.execute("CREATE TEMPORARY TABLE models AS"
                       " SELECT *, row_number() OVER (ORDER BY id) AS place FROM tickets_ticket")
        cursor.execute("SELECT max(id) FROM tickets_ticket")
        (first,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM models")
        (models,) = cursor.fetchone()
        begun = time.monotonic()
        for begin in range(0, missing, CHUNK):
            copy(cursor, first, begin, min(begin + CHUNK, missing), missing, len(texts), models)
        print(f"rows written in {time.monotonic() - begun:.0f} s, now their indexes", flush=True)
    ground.settle(database)


COPIES = """CREATE TEMPORARY TABLE copies AS
    SELECT n, %(first)s + n AS id, n > %(over)s AS is_open,
           now() - interval '1 day' * %(days)s * (1 - n::float / %(all)s) AS at,
           CASE WHEN n %% 280 = 0 THEN %(models)s ELSE 1 + floor((%(models)s - 1) * power(random(), 3))::int END AS place,
           1 + n %% %(texts)s AS text,
           floor(random() * %(callers)s)::int AS caller,
           concat(CASE WHEN random() < 1 / %(first_word)s THEN '今天又停水了。' END,
                  CASE WHEN random() < 1 / %(second_word)s THEN '医保卡不能用。' END,
                  CASE WHEN n %% greatest(%(all)s / 20, 1) = 7 THEN '捡到孔雀石。' END, n, '号') AS more
    FROM generate_series(%(begin)s + 1, %(end)s) n"""
CALLER = """INSERT INTO tickets_caller (id, name, gender, phone, phone2, beneficiary, phone_hash, phone2_hash, name_hash)
    SELECT c.id, m.name, m.gender, m.phone, m.phone2, m.beneficiary, encode(sha256(('phone' || c.caller)::bytea), 'hex'),
           CASE WHEN c.n %% 5 = 0 THEN encode(sha256(('second' || c.caller)::bytea), 'hex') ELSE '' END,
           encode(sha256(('name' || c.caller %% 50000)::bytea), 'hex')
    FROM copies c CROSS JOIN (SELECT * FROM tickets_caller ORDER BY id LIMIT 1) m"""
KNOWN = """WITH known AS (SELECT id FROM copies WHERE n %% 50000 = 3)
    UPDATE tickets_{table} SET phone_hash = %s {more} WHERE id IN (SELECT id FROM known)"""


def copy(cursor, first, begin, end, missing, texts, models):
    from accounts.privacy import phone_hash
    from bench.search import NAME, PHONE
    from tickets.finding.index import FILL
    from tickets.people import name_hash

    over = round(missing * (1 - OPEN_SHARE))
    cursor.execute(COPIES, {"first": first, "over": over, "days": DAYS, "all": missing, "texts": texts, "callers": CALLERS,
                            "first_word": float(SAYS[0][1]), "second_word": float(SAYS[1][1]), "begin": begin, "end": end,
                            "models": models})
    cursor.execute(CALLER.replace("%%", "%"))
    own = {"id": "c.id", "ticket_no": "to_char(c.at, 'YYYYMMDD') || lpad((c.n % 100000)::text, 5, '0')", "caller_id": "c.id",
           "query_salt": "lpad(c.n::text, 16, '0')", "registered_at": "c.at", "title": "left(x.title, 40)",
           "content": "left(x.content || c.more, 2000)", "address": "concat('滨河路', c.n % 999, '号')",
           "phone_hash": "encode(sha256(('phone' || c.caller)::bytea), 'hex')"}
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'tickets_ticket'")
    columns = {name: own.get(name, f't."{name}"') for (name,) in cursor.fetchall()}
    columns |= {name: f'CASE WHEN c.is_open THEN t."{name}" ELSE {value} END' for name, value in OVER.items()}
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(f"INSERT INTO tickets_ticket ({names}) SELECT {', '.join(columns.values())} FROM copies c"  # noqa: S608 (our own)
                   " JOIN models t ON t.place = c.place JOIN texts x ON x.n = c.text ORDER BY c.id")
    hashed = phone_hash(PHONE)
    cursor.execute(KNOWN.format(table="ticket", more=""), [hashed])
    cursor.execute(KNOWN.format(table="caller", more=", name_hash = %s"), [hashed, name_hash(NAME)])
    cursor.execute(FILL, [first + begin, first + end])
    cursor.execute("DROP TABLE copies")


def shares():
    """Units by how many tickets they hold, the largest first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT lead_unit_id FROM tickets_ticket TABLESAMPLE SYSTEM (2) GROUP BY 1 ORDER BY count(*) DESC")
        return [unit for (unit,) in cursor.fetchall()]

