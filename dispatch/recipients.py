"""Who hears of a rung: the roster of this moment, asked once per post, unit and look."""
from datetime import datetime, time, timedelta
from functools import cached_property

import structlog
from django.utils import translation

from accounts.models import DutyKind, Unit, User
from accounts.roles import Role
from accounts.roster import HOTLINE_PEOPLE, ROSTERED_PEOPLE, UNIT_PEOPLE, on_duty, people
from notices.actions import tell
from tickets import following
from tickets.calendars import LOCAL
from tickets.choices import URGENT_OR_WORSE, Urgency
from tickets.models import SlaProfile

log = structlog.get_logger(__name__)
QUIET_FROM, QUIET_UNTIL = time(22), time(7)
POSTS = UNIT_PEOPLE | HOTLINE_PEOPLE  # posts that belong to a role


class ReadOnce(dict):
    """Rows by id, each read when it is first asked for. No id, no row."""

    def __init__(self, rows):
        super().__init__({None: None})
        self.rows = rows

    def __missing__(self, pk):
        return self.setdefault(pk, self.rows.get(pk=pk))


class Posts:
    """Remembers who was found, so that a sweep over thousands of tickets asks for each post, unit and profile once."""

    def __init__(self, now):
        self.now, self.found = now, {}
        self.units, self.profiles = ReadOnce(Unit.objects), ReadOnce(SlaProfile.objects)

    @cached_property
    def followers(self):
        """{category id: person} by the special rules of this moment (SPEC A5)."""
        return following.followers(self.now)

    def hearers(self, names, unit, *, category_id, urgency):
        """The people of these posts, and who follows the urgent tickets of this category; each once."""
        person = self.followers.get(category_id) if urgency in URGENT_OR_WORSE else None
        found = self.holders(names, unit)
        return found if person is None or person in found else [*found, person]

    def holders(self, names, unit):
        """The people of these posts, each once. Nobody there: a duty leader stands in, and the machine says so."""
        return list({person.pk: person for name in names for person in self._holders(name, unit)}.values())

    def _holders(self, name, unit):
        unit = unit if name in UNIT_PEOPLE else None
        key = (name, unit and unit.pk)
        if key not in self.found:
            self.found[key] = people(name, unit=unit, now=self.now)
            if self._is_vacant(name, unit, self.found[key]):
                self._say_vacant(name, unit)
        return self.found[key]

    def _is_vacant(self, name, unit, found):
        """True when only stand-ins were found. A ticket that no unit holds yet is the duty leader's by right."""
        if not found:
            return True
        if name in ROSTERED_PEOPLE:
            return not on_duty(ROSTERED_PEOPLE[name], now=self.now)
        if name not in POSTS or (name in UNIT_PEOPLE and unit is None):
            return False
        stand_ins = people("duty_leader", unit=None, now=self.now)
        return found == stand_ins and not any(person.has_role(POSTS[name]) for person in found)

    def _say_vacant(self, name, unit):
        log.error("nobody_found", post=name, unit=unit.code if unit else "")
        administrators = User.objects.filter(is_active=True, memberships__role=Role.AD).distinct()
        post = DutyKind(ROSTERED_PEOPLE[name]).label if name in ROSTERED_PEOPLE else POSTS[name].label
        tell([*people("duty_leader", unit=None, now=self.now), *administrators],
             cause=f"vacant:{name}:{unit.pk if unit else ''}:{self.now.astimezone(LOCAL):%Y%m%d}", kind="nobody_found",
             params={"what": english(post), "unit": unit.name if unit else "12345"}, now=self.now)


def english(label):
    """The msgid of a lazy label, which a notice keeps and translates for whoever reads it."""
    with translation.override(None):
        return str(label)


def quiet_until(now, urgency, rung):
    """At night a text message about a normal ticket waits for the morning, unless it is already at L2 (SPEC 4.4 d)."""
    if urgency != Urgency.NORMAL or rung not in ("warn", "warn2", "L1"):
        return None
    local = now.astimezone(LOCAL)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_UNTIL, LOCAL)
