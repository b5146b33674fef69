"""Everything that is suggested for one form as it stands, each with the reason for it. Nothing is filled in here."""
from dataclasses import dataclass, field, replace

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Unit
from suggesting import named, nature, places, units, urgency, versions
from suggesting.models import Answer
from tickets import overrides
from tickets.choices import Urgency
from tickets.fields import AREA_KINDS
from tickets.models import Category

About = Answer.About
ENOUGH = 6  # letters that say something
LEAST = 0.05  # a chance below is none
SHOWN = 3
UNITS = 2


@dataclass(frozen=True)
class Offer:
    """One suggestion: `value` is what the field would hold, `label` what a person reads, `why` where it comes from."""

    about: str
    value: str
    label: str
    why: str
    place: int = 1  # among those of its kind
    number: int = 0  # its key, among all
    is_there: bool = False  # the field holds it already
    is_grave: bool = False

    @property
    def name(self):
        return About(self.about).label

    @property
    def is_refusable(self):
        """Of a category somebody should say when all of them are wrong: that is how it is seen whether it helps."""
        return self.about == About.CATEGORY


@dataclass
class Advice:
    offers: list = field(default_factory=list)
    training: int | None = None
    has_text: bool = False

    @property
    def groups(self):
        """[(what it is about, its offers)], in the order in which they were made."""
        found: dict = {}
        for offer in self.offers:
            found.setdefault(offer.name, []).append(offer)
        return list(found.items())


def of(given, *, now):
    """`given`: what is right so far of an intake form. At most nine queries; two for a text that says nothing."""
    text = " ".join(filter(None, (given.get("title"), given.get("content"), given.get("demand"))))
    if len(text.strip()) < ENOUGH:
        return Advice()
    number, model = versions.in_use()
    guessed = learnt(model, given) if model else by_name(text)
    offers = [*category_offers(guessed, given), *type_offers(text, given), *urgency_offers(text, given),
              *place_offers(text, given), *unit_offers(guessed, given, now)]
    numbered = [replace(offer, number=turn) for turn, offer in enumerate(offers, start=1)]
    return Advice(numbered, number if model else None, has_text=True)


def learnt(model, given):
    """[(Category, why)], the likeliest first."""
    best = [(code, chance) for code, chance in model.best(given.get("title") or "", given.get("content") or "", SHOWN)
            if chance >= LEAST]
    rows = Category.objects.active().select_related("lead_unit").filter(code__in=[code for code, _chance in best])
    known = {row.code: row for row in rows}
    return [(known[code], _("%(percent)d %% likely") % {"percent": round(100 * chance)})
            for code, chance in best if code in known]


def by_name(text):
    """The same while there is no classifier: by the words of their names, without a chance that nobody has measured."""
    found = named.of(text, Category.objects.active().select_related("lead_unit"), SHOWN)
    return [(one.category, because(one.word)) for one in found]


def category_offers(guessed, given):
    chosen = given.get("category")
    for place, (category, why) in enumerate(guessed, start=1):
        yield Offer(About.CATEGORY, f"{category.name} · {category.code}", str(category), why, place,
                    is_there=category == chosen)


def type_offers(text, given):
    if found := nature.of(text):
        yield Offer(About.TYPE, found.type.value, str(found.type.label), because(found.word),
                    is_there=given.get("type") == found.type)


def urgency_offers(text, given):
    """Only what would raise it: what is more urgent already stays so."""
    found = urgency.of(text)
    category = given.get("category")
    counts = given.get("urgency") or (category.default_urgency if category else Urgency.NORMAL)
    if found and overrides.rank(found.urgency) >= overrides.rank(counts):
        yield Offer(About.URGENCY, found.urgency.value, str(found.urgency.label), because(*found.words),
                    is_there=counts == found.urgency, is_grave=found.urgency == Urgency.CRITICAL)


def place_offers(text, given):
    areas = Unit.objects.filter(is_active=True, kind__in=AREA_KINDS).annotate(above=F("parent__name"))
    found = places.of(f"{given.get('address') or ''} {text}", areas)
    if found.area:
        label = f"{found.area.above} {found.area.name}" if found.area.kind in places.CLOSE else found.area.name
        yield Offer(About.AREA, f"{found.area.name} · {found.area.code}", label, _("named in the text"),
                    is_there=given.get("area") == found.area)
    if found.address and found.address not in (given.get("address") or ""):
        yield Offer(About.ADDRESS, found.address, found.address, _("named in the text"))


def unit_offers(guessed, given, now):
    """By the rules of dispatch: of the chosen category, or of the likeliest one."""
    category = given.get("category") or (guessed[0][0] if guessed else None)
    if category is None and given.get("area") is None:
        return
    for place, one in enumerate(units.of({**given, "category": category}, now=now)[:UNITS], start=1):
        yield Offer(About.UNIT, f"{one.unit.name} · {one.unit.code}", one.unit.name, one.reason, place,
                    is_there=given.get("proposed_unit") == one.unit)


def because(*words):
    return _("because of “%(words)s”") % {"words": ", ".join(words)}
