"""One citizen's matter in the demo, and the staff who happen to work on it."""
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

from accounts.models import Unit, User
from hotline.demo.people import Cast
from hotline.demo.phrases import MEN, SURNAMES, WOMEN
from hotline.demo.places import Place, words
from hotline.demo.stage import ANY, UNIT, Beat
from tickets import steps
from tickets.catalogue import Category
from tickets.choices import Channel, Gender, Type, Urgency
from tickets.models import Ticket
from tickets.states import State

PACE = {Urgency.NORMAL: 1.0, Urgency.URGENT: 0.5, Urgency.CRITICAL: 0.2}
WRITTEN = (Channel.PORTAL, Channel.APP, Channel.WECHAT)
PHONES = ("1390000{:04d}", "1360000{:04d}", "1580000{:04d}", "1880000{:04d}")


@dataclass
class Caller:
    name: str
    gender: str
    phone: str


@dataclass
class Case:
    plot: str
    rng: Random
    cast: Cast
    categories: dict[str, Category]
    matter: object  # Matter, Question or Misdirected
    place: Place
    number: int  # of the caller, for a phone number of his own
    channel: str = Channel.PHONE
    fill: dict = field(default_factory=dict)
    caller: Caller | None = None
    staff: dict[str, User] = field(default_factory=dict)
    pk: int | None = None
    lead: Unit | None = None  # to whom it was dispatched last
    is_over: bool = False
    stage: object = None

    def __post_init__(self):
        self.fill = self.fill or words(self.place, self.rng)
        self.caller = self.caller or self.new_caller()
        self.staff = {role.lower(): self.rng.choice(self.cast.of_role(role)) for role in ("OP", "OPS", "RV", "DP", "CB", "SV", "DL", "ZH", "QL")}

    def __getattr__(self, name):
        """case.op, case.rv …: who works on this case."""
        try:
            return self.__dict__["staff"][name]
        except KeyError:
            raise AttributeError(name) from None

    def new_caller(self):
        gender = self.rng.choice((Gender.MALE, Gender.FEMALE))
        given = self.rng.choice(MEN if gender == Gender.MALE else WOMEN)
        phone = PHONES[self.number % 4].format(self.number)
        return Caller(self.rng.choice(SURNAMES) + given, gender, phone)

    # --- what it is about -----------------------------------------------------------------------------------

    @property
    def category(self):
        return self.categories[self.matter.category]  # type: ignore[attr-defined]

    @property
    def urgency(self):
        return getattr(self.matter, "urgency", "") or self.category.default_urgency

    @property
    def is_urgent(self):
        return self.urgency != Urgency.NORMAL

    @property
    def is_confidential(self):
        return self.matter.type == Type.REPORT  # type: ignore[attr-defined]

    @property
    def area(self) -> Unit:
        return self.cast.units[self.place.area]

    def say(self, text):
        return text.format(**self.fill)

    def pick(self, options):
        return self.rng.choice(options)

    def chance(self, share):
        return self.rng.random() < share

    # --- where it stands --------------------------------------------------------------------------------------

    def ticket(self):
        return Ticket.objects.select_related("lead_unit", "category", "area", "proposed_unit").get(pk=self.pk)

    def state(self):
        return State(Ticket.objects.values_list("state", flat=True).get(pk=self.pk))

    def team(self):
        return self.cast.team(self.lead)

    # --- what is done with it ---------------------------------------------------------------------------------

    def take(self, step, by, now, **body):
        """Through the door that pages and API use, forms and second persons included."""
        ticket = Ticket.objects.visible_to(by).select_related("lead_unit").get(pk=self.pk)
        return steps.take(steps.STEPS[step], ticket, by=by, body=body, now=now)

    def beat(self, low, high, act, *, hours=ANY, case=None, **options):
        """A beat after `low` to `high` minutes, sooner for urgent matters; units answer urgent ones at any hour."""
        pace = PACE[Urgency(self.urgency)] if hours == UNIT else 1.0
        wait = timedelta(minutes=self.rng.triangular(low, high, low + (high - low) * 0.3) * pace)
        if hours == UNIT and self.is_urgent:
            hours = ANY
        return Beat(wait, partial(act, **options) if options else act, case or self, hours)
