"""Words inside titles, found as fast after twenty years as on the first day.

The index keeps the pairs of letters of each title. A title that holds the words holds all their pairs; what has the pairs and
not the words is sorted out afterwards. A Chinese word has two letters, which an index of three letters would not find.
"""
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import Func, Q, TextField, Value

MAKE = """CREATE FUNCTION letter_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT substr(upper(words), place, 2) FROM generate_series(1, length(words) - 1) place)"""
UNMAKE = "DROP FUNCTION letter_pairs(text)"


class LetterPairs(Func):
    function = "letter_pairs"
    output_field = ArrayField(TextField())


def in_title(words):
    """A condition on tickets. One letter has no pair: whoever asks for it waits for a look at every title."""
    found = Q(title__icontains=words)
    return found & Q(DataContains(LetterPairs("title"), LetterPairs(Value(words)))) if len(words) > 1 else found
