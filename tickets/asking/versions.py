"""What is asked for a category, version by version, and how a new one is written."""
from dataclasses import replace

from django.core.cache import cache
from django.db import transaction

from accounts import audit
from accounts.turns import take_turn
from tickets.models import CategoryQuestions
from tickets.taking import questions

DEFAULTS = questions.Ask("", "")


class Outdated(Exception):
    """Somebody else wrote a version meanwhile."""

    def __init__(self, newest):
        self.newest = newest


def of(code):
    """All versions of a code, the newest first."""
    return list(CategoryQuestions.objects.filter(code=code).select_related("by").order_by("-number"))


def asked_ever(versions):
    """{name: the question} as it was asked last."""
    return {one["name"]: questions.ask_of(one) for version in reversed(versions) for one in version.asks}


def as_row(ask):
    """One question as a row keeps it: what is as always is not written."""
    said = {name: value for name, value in vars(ask).items() if value != getattr(DEFAULTS, name)}
    return said | ({"choices": list(ask.choices)} if ask.choices else {})


def named(asks, code, known):
    """New questions get names that no question of any category had: an answer is kept under the name for ever."""
    start = f"q{code}_"
    last = max((int(name.removeprefix(start)) for name in known if name.startswith(start)), default=0)
    for ask in asks:
        last += not ask.name
        yield ask if ask.name else replace(ask, name=f"{start}{last}")


@transaction.atomic
def write(*, code, base, asks, template, by, now, request=None):
    """A new version, which counts at once; None when it says what is said already. Raises Outdated unless `base` is the
    number of the newest one."""
    take_turn(f"questions {code}")
    before = of(code)
    newest = before[0] if before else CategoryQuestions(code=code, number=0)
    if newest.number != base:
        raise Outdated(newest)
    rows = [as_row(ask) for ask in named(asks, code, asked_ever(before))]
    questions.check_row(rows)
    if (rows, template) == (newest.asks, newest.template):
        return None
    row = CategoryQuestions.objects.create(code=code, number=base + 1, asks=rows, template=template, by=by, at=now)
    audit.record("CONFIG", user=by, now=now, request=request, what=f"questions {row.number}", code=code,
                 asks=[one["label"] for one in rows], template=template[:200])
    transaction.on_commit(lambda: cache.delete(questions.KEPT))
    return row
