"""Unfinished intake forms on the server: saved while one types, found again on any machine, gone when the ticket is there."""
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from tickets.actions import Refused
from tickets.models import IdempotencyKey, IntakeDraft
from tickets.taking.rows import MOST

LONGEST = 20_000  # characters of all fields together
MOST_FIELDS, LONGEST_NAME, LONGEST_KEY = 120, 60, 100
KEPT_FOR = timedelta(hours=24)
TAKEN_BACK_WITHIN = timedelta(hours=1)
NOT_OURS = {"csrfmiddlewaretoken", "act"}
FIRST_WORDS = ("title", "content", "demand", "caller_name", "caller_number", "answer", "note")


class Newer(Exception):
    """Another window saved this draft since."""

    def __init__(self, draft):
        super().__init__(draft.key)
        self.draft = draft


@dataclass(frozen=True)
class Sign:
    """Which window saves, its own count, and the version that it began from."""

    page: str
    seq: int
    base: int
    leaves: bool = False


OF_SIGN = {"draft-page", "draft-seq", "draft-base", "draft-left"}


def key_of(posted):
    """The key of the form as the database can hold it; "" for what is none."""
    key = posted.get("key", "").replace("\x00", "")
    return key if len(key) <= LONGEST_KEY else ""


def sign_of(posted):
    """What a window says of itself; None for what no window of ours sends."""
    page, seq, base = (posted.get(f"draft-{name}", "") for name in ("page", "seq", "base"))
    if not re.fullmatch(r"[a-zA-Z0-9-]{0,40}", page) or not all(re.fullmatch(r"[0-9]{1,9}", text) for text in (seq, base)):
        return None
    return Sign(page, int(seq), int(base), leaves=posted.get("draft-left") == "1")


def words_of(posted):
    """{name: text} of what a form sent, without what is only for the server; raises Refused for what is no form."""
    words = {name: posted[name] for name in posted if name not in NOT_OURS and isinstance(posted[name], str) and posted[name]}
    if len(words) > MOST_FIELDS or any(len(name) > LONGEST_NAME for name in words) or sum(map(len, words.values())) > LONGEST:
        raise Refused(_("This is too long to be kept."))
    return {name: text.replace("\x00", "") for name, text in words.items()}


def save(*, by, now, key, words, sign):
    """The row as it is now, or None when the form has become a ticket meanwhile. Raises Newer and Refused."""
    for _try in range(3):  # two windows of one person may want the same place at the same moment
        try:
            return _save(by=by, now=now, key=key, words=words, sign=sign)
        except IntegrityError:
            continue
    raise Refused(_("You have %(most)d unfinished forms: discard one first.") % {"most": MOST})


@transaction.atomic
def _save(*, by, now, key, words, sign):
    row = IntakeDraft.objects.select_for_update(no_key=True).filter(owner=by, key=key).first()
    data = json.dumps(words, ensure_ascii=False)
    if row is None:
        if IdempotencyKey.objects.filter(user=by, key=key).exists():
            return None
        return IntakeDraft.objects.create(owner=by, key=key, place=_free_place(by), data=data, page=sign.page, seq=sign.seq,
                                          is_left=sign.leaves, began_at=now, updated_at=now)
    if row.page == sign.page and sign.seq <= row.seq:
        return row  # overtaken by a later one of the same window
    if row.page != sign.page and row.version != sign.base and row.data != data:
        raise Newer(row)
    row.data, row.page, row.seq, row.is_left = data, sign.page, sign.seq, sign.leaves
    row.version, row.updated_at, row.discarded_at = row.version + 1, now, None
    row.save()
    return row


def _free_place(user):
    """The first place that is free; what was discarded makes room before anything else is refused."""
    rows = list(IntakeDraft.objects.filter(owner=user).order_by("updated_at").values_list("place", "pk", "discarded_at"))
    free = sorted(set(range(MOST)) - {place for place, _pk, _at in rows})
    if free:
        return free[0]
    for place, pk, discarded_at in rows:
        if discarded_at:
            IntakeDraft.objects.filter(pk=pk).delete()
            return place
    raise Refused(_("You have %(most)d unfinished forms: discard one first.") % {"most": MOST})


@dataclass(frozen=True)
class Tab:
    """One unfinished form in the strip above the screen."""

    key: str
    words: str
    at: datetime
    is_here: bool


def of(user, now):
    """Those that this person may go on with, the newest first; among them what was discarded a moment ago."""
    became = IdempotencyKey.objects.filter(user=OuterRef("owner"), key=OuterRef("key"))
    recent = Q(discarded_at=None) | Q(discarded_at__gt=now - TAKEN_BACK_WITHIN)
    return list(IntakeDraft.objects.filter(recent, ~Exists(became), owner=user, updated_at__gt=now - KEPT_FOR)
                .order_by("-updated_at"))


def chosen(mine, key):
    return next((draft for draft in mine if draft.key == key), None)


def cut_off(mine):
    """The newest whose page never closed: a crash, a cut line, another machine."""
    return next((draft for draft in mine if not draft.is_left and not draft.discarded_at), None)


def tabs(mine, here):
    return [Tab(draft.key, first_words(draft), draft.updated_at, draft.key == here)
            for draft in mine if not draft.discarded_at or draft.key == here]


def read(draft):
    return json.loads(draft.data) | {"key": draft.key} if draft else {}


def first_words(draft):
    words = read(draft)
    return next((words[name] for name in FIRST_WORDS if words.get(name)), "")


@transaction.atomic
def discard(*, by, key, now):
    """Put away, not deleted: it may be taken back for an hour. Returns whether there was one."""
    return IntakeDraft.objects.filter(owner=by, key=key, discarded_at=None).update(discarded_at=now) > 0


def forget(*, by, key):
    """The form has become a line in the ledger. When it becomes a ticket, the database does this: see IdempotencyKey."""
    IntakeDraft.objects.filter(owner=by, key=key).delete()


def expire(*, now):
    """Throw away what is a day old, what was discarded, and what has become a ticket meanwhile; the number of rows."""
    became = IdempotencyKey.objects.filter(user=OuterRef("owner"), key=OuterRef("key"))
    over = Q(updated_at__lte=now - KEPT_FOR) | Q(discarded_at__lte=now - TAKEN_BACK_WITHIN) | Exists(became)
    return IntakeDraft.objects.filter(over).delete()[0]
