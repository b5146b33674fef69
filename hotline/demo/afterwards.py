"""What happens to cases that are over, or that somebody keeps an eye on: appeals, the city's callbacks, the sample, follow-ups."""
from datetime import timedelta

from followup.annotations import keeping
from followup.city import lines as city
from followup.city.files import Entry
from followup.models import TrackedItem
from followup.sampling import drawing
from followup.tracking import following
from hotline.demo import phrases
from tickets import steps
from tickets.calendars import local_date
from tickets.choices import Outcome
from tickets.models import Ticket
from tickets.states import State
from tickets.steps import STEPS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APPEALS, KEPT, LOGGED, CALLED_BY_CITY = 3, 6, 4, 16
DIFFERS = 4  # every fourth citizen tells the city something else
OPPOSITE = {Outcome.POSITIVE: Outcome.NEGATIVE, Outcome.NEGATIVE: Outcome.POSITIVE}


class Afterwards:
    def __init__(self, cast):
        self.cast, self.sv = cast, cast["sv"]

    def schedule(self, stage):
        ends = stage.ends
        for wait, act in ((3 * DAY, self.keep_some), (6 * HOUR, self.keep_some), (9 * HOUR, self.appeal), (5 * HOUR, self.decide),
                          (3 * HOUR, self.object_once), (2 * HOUR, self.city_calls), (1.5 * HOUR, self.sample),
                          (HOUR, self.log_tracked)):
            stage.plan(ends - wait, act)

    def take(self, name, ticket, by, now, **body):
        steps.take(STEPS[name], ticket, by=by, body=body, now=now)

    def keep_some(self, now):
        """Units and the hotline keep tracking what may come back."""
        held = Ticket.objects.filter(state=State.HANDLING, tracked_until=None, lead_unit__isnull=False)
        for place, ticket in enumerate(held.select_related("lead_unit").order_by("ticket_no")[:KEPT]):
            by = self.sv if place % 2 else self.cast.team(ticket.lead_unit).li
            keeping.keep(ticket.pk, by=by, now=now, text=phrases.KEPT[place % len(phrases.KEPT)],
                         until=local_date(now + (1 + place % 3) * DAY))

    def appealed(self):
        return Ticket.objects.filter(state=State.CLOSED, appeals__isnull=False).select_related("lead_unit").order_by("ticket_no")

    def appeal(self, now):
        lost = Ticket.objects.filter(state=State.CLOSED, callback_outcome__in=(Outcome.NEUTRAL, Outcome.NEGATIVE),
                                     lead_unit__isnull=False, closed_at__gt=now - 2 * DAY)
        for ticket in lost.select_related("lead_unit").order_by("ticket_no")[:APPEALS]:
            self.take("appeal_result", ticket, self.cast.team(ticket.lead_unit).ul, now, grounds="other_matter", text=phrases.APPEAL)

    def decide(self, now):
        for ticket in self.appealed()[:APPEALS - 1]:
            self.take("decide_appeal", ticket, self.sv, now, decision="upheld", words=phrases.UPHELD)

    def object_once(self, now):
        for ticket in self.appealed()[:1]:
            self.take("object_to_decision", ticket, self.cast.team(ticket.lead_unit).ul, now, reason=phrases.OBJECTION)

    def city_calls(self, now):
        """The city asked the same citizens; some told it something else than us."""
        called = Ticket.objects.filter(state__in=(State.CLOSED, State.ARCHIVED), callback_outcome__in=OPPOSITE)
        entries = []
        for place, ticket in enumerate(called.order_by("-ticket_no")[:CALLED_BY_CITY]):
            said = Outcome(ticket.callback_outcome)
            result = OPPOSITE[said] if place % DIFFERS == 0 else said
            entries.append(Entry(place + 1, ticket.ticket_no, str(result), (now - HOUR).isoformat()))
        city.take(entries, by=self.sv, now=now)

    def sample(self, now):
        week = drawing.last_week(now)
        drawing.publish(week, by=self.sv, now=now)
        drawing.draw(week, by=self.sv, now=now)

    def log_tracked(self, now):
        rows = TrackedItem.objects.filter(left_at=None).select_related("ticket").order_by("pk")
        for place, item in enumerate(rows[:LOGGED]):
            cause, text = phrases.TRACKED[place % len(phrases.TRACKED)]
            following.log(item.ticket_id, by=self.sv, now=now, cause=cause, text=text)
