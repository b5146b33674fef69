"""Three layers of callback: the unit's own (自行回访), the district's (this desk) and the city's, and whether they agree.

A layer is good, bad, or says nothing: who was not reached, would not be asked or rated nothing agrees with everybody.
The unit's layer is that of its last approved reply, the district's the callback about that reply, the city's its last one.
"""
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Reply
from followup import results
from followup.city.rows import WHAT, CityCallback
from followup.models import CallbackTask
from tickets.choices import Outcome
from tickets.story import events_of

GOOD, BAD = "good", "bad"
SELF = Reply.SelfCallback
MEANS = {SELF.SATISFIED: GOOD, SELF.DISSATISFIED: BAD, Outcome.POSITIVE: GOOD, Outcome.NEGATIVE: BAD}
UNIT, DISTRICT, CITY = gettext_lazy("Unit"), gettext_lazy("District"), gettext_lazy("City")


@dataclass(frozen=True)
class Layers:
    unit: Reply | None
    district: list  # tasks of the same round
    city: CityCallback | None

    @property
    def district_outcome(self):
        """The worst of those reached decides; "" while one is still to be asked."""
        outcomes = [task.outcome for task in self.district]
        if not outcomes or "" in outcomes:
            return ""
        return next((one for one in (Outcome.NEGATIVE, Outcome.POSITIVE) if one in outcomes), outcomes[0])

    @property
    def said(self):
        """(name of the layer, its value or "") of all three."""
        return ((UNIT, self.unit.self_callback if self.unit else ""), (DISTRICT, self.district_outcome),
                (CITY, self.city.result if self.city else ""))

    @property
    def differ(self):
        return {GOOD, BAD} <= {MEANS.get(value, "") for _layer, value in self.said}


def layers_of(ticket, tasks):
    """`tasks` are its callbacks, which the caller has read. A page has read the replies and the trail as well."""
    known = getattr(ticket, "_replies", None)
    replies = list(ticket.replies.select_related("unit").order_by("-pk")) if known is None else known
    reply = next((reply for reply in replies if reply.status == Reply.Status.APPROVED), None)
    of_round = [task for task in tasks if reply and task.kind in CallbackTask.RATINGS and task.round == reply.round
                and getattr(task, "correction", None) is None]
    return Layers(reply, results.counted(of_round), last_of_the_city(ticket))


def last_of_the_city(ticket):
    """As the trail tells it, of the day on which the city called last."""
    told = [event for event in events_of(ticket) if event.name == WHAT]
    if not told:
        return None
    last = max(told, key=lambda event: datetime.fromisoformat(event.data["called_at"]))
    return CityCallback(ticket=ticket, at=datetime.fromisoformat(last.data["called_at"]), note=last.note,
                        result=last.data["outcome"], solved=last.data["solved"], satisfied=last.data["satisfied"])


def with_layers(tickets):
    """Tickets with what each layer said, as `unit_said`, `district_said` and `city_said`."""
    replies = Reply.objects.filter(ticket=OuterRef("pk"), status=Reply.Status.APPROVED).order_by("-pk")
    this_round = {"ticket": OuterRef("pk"), "round": OuterRef("replied_in")}
    counting = results.counting().filter(**this_round)
    asking = CallbackTask.objects.filter(**this_round, kind__in=CallbackTask.RATINGS, outcome="")
    city = CityCallback.objects.filter(ticket=OuterRef("pk")).order_by("-at")
    return tickets.annotate(
        unit_said=text(replies, "self_callback"), replied_in=Subquery(replies.values("round")[:1]),
        city_said=text(city, "result"),
    ).annotate(
        open_callback=Exists(asking), district_bad=Exists(counting.filter(outcome=Outcome.NEGATIVE)),
        district_good=Exists(counting.filter(outcome=Outcome.POSITIVE)))


def text(rows, name):
    return Coalesce(Subquery(rows.values(name)[:1]), Value(""), output_field=CharField())


def differing(tickets):
    """回访不一致: one layer is good and another bad. Only where one is bad it is worth looking."""
    negative = Q(outcome=Outcome.NEGATIVE)
    bad_somewhere = Q(pk__in=CallbackTask.objects.filter(negative).values("ticket")) | Q(
        pk__in=CityCallback.objects.filter(result=Outcome.NEGATIVE).values("ticket")) | Q(
        pk__in=Reply.objects.filter(self_callback=SELF.DISSATISFIED).values("ticket"))
    settled = Q(open_callback=False)
    district_bad, district_good = settled & Q(district_bad=True), settled & Q(district_bad=False, district_good=True)
    good = Q(unit_said=SELF.SATISFIED) | district_good | Q(city_said=Outcome.POSITIVE)
    bad = Q(unit_said=SELF.DISSATISFIED) | district_bad | Q(city_said=Outcome.NEGATIVE)
    return with_layers(tickets.filter(bad_somewhere)).filter(good & bad).annotate(layers_differ=Value(True))


def remark(ticket):
    """What each layer said, on one line of a list."""
    district = "" if ticket.open_callback else Outcome.NEGATIVE if ticket.district_bad else (
        Outcome.POSITIVE if ticket.district_good else "")
    return " · ".join(f"{layer}: {worded(value)}" for layer, value in (
        (UNIT, ticket.unit_said), (DISTRICT, district), (CITY, ticket.city_said)))


def worded(value):
    if value in SELF.values:
        return SELF(value).label
    return Outcome(value).label if value in Outcome.values else _("says nothing")


def called_by_the_city(tickets):
    return with_layers(tickets.filter(Exists(CityCallback.objects.filter(ticket=OuterRef("pk")))))
