"""What somebody asks a figure of: a period, and whose tickets."""
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import UnitKind
from accounts.roles import Role
from tickets.models import Ticket

NONE = "none"  # asked for what has no type
BELOW = (UnitKind.SECTION, UnitKind.COMMUNITY, UnitKind.VILLAGE)  # kinds for which the unit above them answers


@dataclass(frozen=True)
class Period:
    """[since, until). What has not come yet is not counted: a period that goes on ends now. `spans` are those parts of it
    that are asked for, if not all of it is."""

    since: datetime
    until: datetime
    now: datetime
    spans: tuple | None = None

    def __post_init__(self):
        object.__setattr__(self, "until", min(self.until, self.now))

    def only(self, spans):
        return replace(self, spans=tuple(spans))

    def of(self, field, rows):
        spans = ((self.since, self.until),) if self.spans is None else self.spans
        parts = [Q(**{f"{field}__gte": since, f"{field}__lt": until}) for since, until in spans]
        return rows.filter(Q(*parts, _connector=Q.OR)) if parts else rows.none()


@dataclass(frozen=True)
class Scope:
    """Never more than the viewer sees: a count may tell, too. Unit and area stand for everything below them; `category` is
    the beginning of a code. Without a viewer it is the whole district, as a published report has it."""

    viewer: Any = None
    unit: Any = None
    area: Any = None
    category: str = ""
    type: str = ""  # "none": without one
    channel: str = ""
    urgency: str = ""
    answers: bool = False  # of the unit only what it answers for itself: its sections and communities, but no hospital

    @property
    def sees_all(self):
        return self.viewer is None or not Ticket.objects.visible_to(self.viewer).query.where

    @property
    def counts_all(self):
        """Whether every row booked to where he asks is his to count: of his own unit a leader counts what was passed on, too,
        as the published figures of his unit do (SPEC 5.3: its own entries stay with it)."""
        if self.viewer is not None and self.unit is not None and self.viewer.covers(self.unit, Role.UL):
            return True
        return self.sees_all

    @property
    def counts_calls(self):
        return not self.parts and self.sees_all

    @property
    def parts(self):
        return [part for part in (self.unit, self.area, self.category, self.type, self.channel, self.urgency) if part]

    @property
    def chosen(self):
        """{column of a ticket: its value}"""
        said = {"type": self.type, "channel": self.channel, "urgency": self.urgency}
        return {name: "" if value == NONE else value for name, value in said.items() if value}

    def narrow(self, rows, source):
        """Those of a source's rows that this viewer may count."""
        if source.ticket is None:  # calls: they have no place, no matter and no unit
            return rows if self.counts_calls else rows.none()
        if not self.counts_all:
            own = Ticket.objects.visible_to(self.viewer).values("pk")
            rows = rows.filter(**{f"{source.ticket}pk__in": own})
        wanted = Q()
        if self.unit:
            wanted &= self.of_unit(f"{source.unit}__")
        if self.area:
            wanted &= Q(**{f"{source.ticket}area__path__startswith": self.area.path})
        if self.category:
            wanted &= Q(**{f"{source.ticket}category__code__startswith": self.category})
        for name, value in self.chosen.items():
            wanted &= Q(**{f"{source.ticket}{name}": value})
        return rows.filter(wanted)

    def of_unit(self, way=""):
        below = Q(**{f"{way}path__startswith": self.unit.path})
        return below & Q(**{f"{way}kind__in": (self.unit.kind, *BELOW)}) if self.answers else below
