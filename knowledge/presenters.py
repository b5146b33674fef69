"""How versions are shown: their state as a pill, and what is true of them today."""
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from knowledge.models import Audience, Status, Version

SHORT = 160
TONES = {
    Status.PROPOSED: ("blue", "bulb"), Status.DRAFT: ("", "pencil"), Status.SUBMITTED: ("orange", "hourglass"),
    Status.PUBLISHED: ("green", "circle-check"), Status.REPLACED: ("", "history"), Status.WITHDRAWN: ("red", "ban"),
}


@dataclass(frozen=True)
class Pill:
    text: Any
    tone: str = ""
    icon: str = "point"


def pill_of(version):
    tone, icon = TONES[Status(version.status)]
    return Pill(version.get_status_display(), tone, icon)


def pills_of(version, today):
    """The state, and what a reader must know before he relies on it."""
    yield pill_of(version)
    if version.audience == Audience.INTERNAL:
        yield Pill(version.get_audience_display(), "purple", "lock")
    if version.status != Status.PUBLISHED:
        return
    if version.valid_from > today:
        yield Pill(_("Not valid yet"), "orange", "hourglass")
    if is_over(version, today):
        yield Pill(_("No longer valid"), "red", "ban")
    if version.review_on <= today:
        yield Pill(_("Review is due"), "orange", "alert-triangle")


def is_over(version, today):
    return version.valid_to is not None and version.valid_to < today


@dataclass(frozen=True)
class Hit:
    """An article in the intake screen; `text` is what goes into the answer, "" when it may not be told."""

    version: Version
    short: str
    text: str

    @property
    def number(self):
        return self.version.article.number


def hit(version):
    told = version.audience == Audience.PUBLIC
    text = _("%(answer)s (knowledge %(number)s)") % {"answer": version.answer, "number": version.article.number}
    return Hit(version, Truncator(version.answer).chars(SHORT), text if told else "")


def facts_of(version):
    """(label, value) of everything beside question and answer."""
    whole = _("The whole district")
    facts = [
        (_("Number"), f"{version.article.number} · {_('version')} {version.version}"),
        (_("Source"), version.source), (_("Legal basis"), version.legal_basis),
        (_("Unit that answers for it"), version.owner and version.owner.name),
        (_("Counts in"), version.area.name if version.area else whole),
        (_("For whom"), version.get_audience_display()), (_("Valid from"), version.valid_from),
        (_("Valid to"), version.valid_to or _("until it is withdrawn")), (_("Review on"), version.review_on),
        (_("Keywords"), version.keywords), (_("Text for the telephone menu"), version.ivr_text),
        (_("Key of the telephone menu"), version.ivr_key),
        (_("Written by"), f"{version.author.display_name} {local(version.written_at)}"),
        (_("Approved by"), version.approved_by and f"{version.approved_by.display_name} {local(version.approved_at)}"),
        (_("Cited in answers"), str(version.article.uses)), (_("Came from"), version.from_ticket),
        (_("Remark"), version.remark),
    ]
    return [(label, value) for label, value in facts if value]


def local(moment):
    return f"{timezone.localtime(moment):%Y-%m-%d}"
