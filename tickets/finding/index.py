"""The words of every ticket, beside it, and the index that finds them (ADR 0010).

The row is kept by triggers, so it says what the ticket says whoever wrote it, and a step that changes no words costs the
index nothing. A key of the index is a pair of letters within a window of 8,192 tickets that were registered one after the
other. Who looks for a word asks window by window, newest first, and stops when his page is full: a word of one ticket in
twenty costs one window, a word of nobody costs one look into each.
"""
import unicodedata

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func

WINDOW_BITS = 13
WINDOW = 1 << WINDOW_BITS
PLACE, LETTER = 42, 21  # bits: [1 = in the title][20: window][21: letter][21: letter]
IN_TITLE = 1 << 62
SPACE = 32  # letters up to here part words and are in no pair

# Not STRICT: then the planner would not put its body in place of its name.
FOLD = """CREATE OR REPLACE FUNCTION search_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN upper(CASE WHEN words IS NFKC NORMALIZED THEN words ELSE normalize(words, NFKC) END)"""
KEYS = f"""CREATE FUNCTION search_keys(ticket bigint, title text, words text, replies text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  WITH letters AS (
    SELECT 0::bigint AS head, ascii(sign)::bigint AS one, lead(ascii(sign)) OVER (ORDER BY place) AS two
      FROM string_to_table(words || E'\\n' || replies, NULL) WITH ORDINALITY AS said(sign, place)
    UNION ALL
    SELECT {IN_TITLE}, ascii(sign), lead(ascii(sign)) OVER (ORDER BY place)
      FROM string_to_table(title, NULL) WITH ORDINALITY AS said(sign, place))
  SELECT array_agg(DISTINCT head | (ticket >> {WINDOW_BITS} << {PLACE}) | (one << {LETTER}) | two)
    FROM letters WHERE one > {SPACE} AND two > {SPACE}
$$"""  # noqa: S608 (numbers of our own)
IN_WINDOW = f"""CREATE FUNCTION search_window(keys bigint[], place bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT array_agg(key | (place << {PLACE})) FROM unnest(keys) key $$"""  # noqa: S608
MAKE = [FOLD, KEYS, IN_WINDOW]
UNMAKE = ["DROP FUNCTION search_window(bigint[], bigint)", "DROP FUNCTION search_keys(bigint, text, text, text)",
          "DROP FUNCTION search_fold(text)"]

SAID = ("title", "content", "demand", "address", "answer", "unit_summary")  # the operator's note is for nobody's search
KEEP = """
    INSERT INTO tickets_searchtext (ticket_id, title, words, replies)
    VALUES (NEW.id, search_fold(NEW.title), search_fold(concat_ws(E'\\n', {said})), '')
    ON CONFLICT (ticket_id) DO UPDATE SET title = EXCLUDED.title, words = EXCLUDED.words;
    RETURN NULL;
""".format(said=", ".join(f"NEW.{name}" for name in SAID))  # noqa: S608 (names of our own)
FILL = """INSERT INTO tickets_searchtext (ticket_id, title, words, replies)
    SELECT id, search_fold(title), search_fold(concat_ws(E'\\n', {said})), ''
    FROM tickets_ticket WHERE id > %s AND id <= %s ON CONFLICT (ticket_id) DO NOTHING""".format(said=", ".join(SAID))  # noqa: S608
TRIGGERS = [
    pgtrigger.Trigger(name="ticket_words_kept", when=pgtrigger.After, operation=pgtrigger.Insert, func=KEEP),
    pgtrigger.Trigger(name="ticket_words_changed", when=pgtrigger.After, operation=pgtrigger.Update, func=KEEP,
                      condition=pgtrigger.AnyChange(*SAID)),
]


class SearchKeys(Func):
    function = "search_keys"
    output_field = ArrayField(models.BigIntegerField())


class SearchText(models.Model):
    """What is said in one ticket, folded: full-width letters as plain ones, small ones as capitals."""

    ticket = models.OneToOneField("tickets.Ticket", models.CASCADE, primary_key=True, related_name="+")
    title = models.TextField()
    words = models.TextField()  # the title, too
    replies = models.TextField(db_default="", default="")  # of the units; kept by dispatch

    class Meta:
        indexes = [GinIndex(SearchKeys(F("ticket_id"), F("title"), F("words"), F("replies")), name="search_keys",
                            fastupdate=False)]


def folded(words):
    """As search_fold() does it; letters whose capital is two letters stay, as they do in the database."""
    normal = unicodedata.normalize("NFKC", words)
    return "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in normal)


def keys_of(words):
    """The pairs of a folded word, without a window; none when it has no two letters side by side."""
    codes = [ord(sign) for sign in words]
    return sorted({one << LETTER | two for one, two in zip(codes, codes[1:], strict=False) if one > SPACE and two > SPACE})

