"""Articles by words, best first, and articles that fit what a citizen is saying.

The index keeps the pairs of letters, because a Chinese word has two: what holds the words holds all their pairs. Words are
found anywhere; a title counts more than the keywords, those more than the question, that more than the answer, and of two
that are equal the one that was used more often comes first. For what a citizen says the keywords of an article are looked up
in his words: an editor chose them, so "I would like to ask" fits nothing.
"""
import re
import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains, Overlap
from django.db.models import Case, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Least

MAKE = """
CREATE FUNCTION knowledge_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT substr(words, place, 2) FROM generate_series(1, length(words) - 1) place);
CREATE FUNCTION knowledge_hits(said text, keywords text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT count(*)::integer FROM unnest(string_to_array(keywords, ' ')) word
        WHERE length(word) > 1 AND strpos(said, word) > 0);
CREATE FUNCTION knowledge_shared(said text, title text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT count(*)::integer FROM unnest(knowledge_pairs(title)) pair WHERE strpos(said, pair) > 0);
"""
UNMAKE = """
DROP FUNCTION knowledge_shared(text, text);
DROP FUNCTION knowledge_hits(text, text);
DROP FUNCTION knowledge_pairs(text);
"""
LONGEST_WORDS, MOST_TERMS = 50, 8
LONGEST_SAID = 2000
MOST_USES = 99  # beyond this it is simply used a lot; less than the least of the weights
WEIGHTS = (("title", 1000), ("keywords", 500), ("question", 250), ("answer", 100))
APART = re.compile(r"[\s,;、。·/|]+")


class Pairs(Func):
    function = "knowledge_pairs"
    output_field = ArrayField(TextField())


class Hits(Func):
    function = "knowledge_hits"
    output_field = IntegerField()


class Shared(Func):
    function = "knowledge_shared"
    output_field = IntegerField()


def folded(text):
    """Full-width and half-width signs, capitals and small letters are the same to who searches."""
    return unicodedata.normalize("NFKC", text).replace("\x00", "").casefold()


def terms_of(words):
    """The words that were typed, each once."""
    return list(dict.fromkeys(filter(None, APART.split(folded(words[:LONGEST_WORDS])))))[:MOST_TERMS]


def keywords_of(text):
    """Keywords as they are kept: folded, one space between them, each once."""
    return " ".join(dict.fromkeys(filter(None, APART.split(folded(text)))))


def saying(rows, words):
    """Versions that hold all the words, with their `score`; all of them with 0 for no words."""
    terms = terms_of(words)
    for term in terms:
        rows = rows.filter(holds(term))
    return rows.annotate(score=score_of(terms))


def holds(term):
    """One letter has no pair: whoever asks for it waits for a look at every article."""
    found = Q(search_text__contains=term)
    return found & Q(DataContains(Pairs("search_text"), Pairs(Value(term)))) if len(term) > 1 else found


def score_of(terms):
    if not terms:
        return Value(0, IntegerField())
    score = used()
    for term in terms:
        for name, weight in WEIGHTS:
            score = score + Case(When(**{f"{name}__icontains": term}, then=Value(weight)), default=Value(0))
    return score


def used():
    return Least(F("article__uses"), Value(MOST_USES), output_field=IntegerField())


def fitting(rows, said):
    """Versions of which a keyword occurs in what was said, with their `score`."""
    said = folded(said[:LONGEST_SAID])
    if len(said) < 2:
        return rows.annotate(score=Value(0)).none()
    rows = rows.filter(Overlap(Pairs("keywords"), Pairs(Value(said)))).annotate(hits=Hits(Value(said), "keywords"))
    score = F("hits") * 1000 + Shared(Value(said), "title") * 50 + used()
    return rows.filter(hits__gt=0).annotate(score=score)


def best(rows, words, said, most):
    """For the words typed, or else for what was said; words that nothing holds are taken as something said."""
    if terms_of(words):
        found = list(saying(rows, words).order_by("-score", "-pk")[:most])
        return found or list(fitting(rows, words).order_by("-score", "-pk")[:most])
    return list(fitting(rows, said).order_by("-score", "-pk")[:most])
