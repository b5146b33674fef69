"""Which versions a user may see, and lists of them."""
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from knowledge import search
from knowledge.models import OPEN, Status, Version
from knowledge.who import EDITORS

PAGE = 30
MOST = 100  # of a list of the desk; more than that is not worked off by looking


def visible_to(user):
    """Editors see everything; others what was ever published, and what they proposed themselves."""
    rows = Version.objects.all()
    return rows if user.has_role(*EDITORS) else rows.filter(Q(approved_by__isnull=False) | Q(author=user))


def proposals_of(user):
    return list(Version.objects.filter(author=user, status=Status.PROPOSED).select_related("article").order_by("-pk")[:20])


def matching(wanted, today):
    """Versions in force that fit the filters, with their score."""
    rows = Version.objects.in_force(today).for_area(wanted.get("area"))
    rows = rows.filter(**{name: wanted[name] for name in ("owner", "audience") if wanted.get(name)})
    return search.saying(rows, wanted.get("q") or "")


def page(rows, after):
    """(versions, what the next page comes after or ""): the best first, then the newest."""
    score, _dot, pk = after.partition(".")
    if score.isdecimal() and pk.isdecimal() and len(after) < 30:
        rows = rows.filter(Q(score__lt=int(score)) | Q(score=int(score), pk__lt=int(pk)))
    found = list(rows.shown().order_by("-score", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{last.score}.{last.pk}" if last else ""


def address(path, query, after):
    kept = {name: query[name] for name in ("q", "area", "owner", "audience") if query.get(name)}
    return f"{path}?{urlencode(kept | ({'after': after} if after else {}))}"


@dataclass(frozen=True)
class Section:
    """One list of the desk."""

    name: str
    title: Any  # a lazy translation
    none: Any
    rows: list


def sections(user, today):
    """What waits for editors, in one query."""
    due = Q(status=Status.PUBLISHED) & (Q(review_on__lte=today) | Q(valid_to__lt=today))
    rows = list(Version.objects.filter(Q(status__in=OPEN) | due).shown().select_related("submitted_by").order_by("pk"))
    over = [row for row in rows if row.status == Status.PUBLISHED and row.valid_to and row.valid_to < today]
    submitted = [row for row in rows if row.status == Status.SUBMITTED]
    others = [row for row in submitted if user.pk not in (row.author_id, row.submitted_by_id)]
    return [Section(name, title, none, found[:MOST]) for name, title, none, found in (
        ("approve", _("For you to approve"), _("Nothing waits for your approval."), others),
        ("proposed", _("Proposals"), _("No colleague has proposed anything."),
         [row for row in rows if row.status == Status.PROPOSED]),
        ("draft", _("Drafts"), _("No draft is open."), [row for row in rows if row.status == Status.DRAFT]),
        ("waiting", _("Wait for a colleague's approval"), _("Nothing of yours waits."),
         [row for row in submitted if row not in others]),
        ("review", _("Review is due"), _("No review is due."),
         [row for row in rows if row.status == Status.PUBLISHED and row not in over]),
        ("over", _("No longer valid"), _("No published article has expired."), over),
    )]
