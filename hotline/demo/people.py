"""The people of the demo district: one log-in a role, three in every unit that can receive, and one password."""
import random
from dataclasses import dataclass, field

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts import audit
from accounts.models import Membership, Unit, User
from accounts.roles import Role
from hotline.demo.phrases import MEN, SURNAMES, WOMEN

HOTLINE = (  # log-in, role, unit
    ("op", Role.OP, "RX-JX"), ("op2", Role.OP, "RX-JX"), ("ops", Role.OPS, "RX-JX"), ("ops2", Role.OPS, "RX-JX"),
    ("rv", Role.RV, "RX"), ("rv2", Role.RV, "RX"), ("dp", Role.DP, "RX-CZ2"), ("dp2", Role.DP, "RX-CZ1"),
    ("cb", Role.CB, "RX-HF"), ("cb2", Role.CB, "RX-HF"), ("sv", Role.SV, "RX-DB"), ("sv2", Role.SV, "RX-DB"),
    ("zh", Role.ZH, "RX"), ("dl", Role.DL, "RX"), ("dl2", Role.DL, "RX"), ("ql", Role.QL, "QF"),
    ("ke", Role.KE, "RX-ZS"), ("ke2", Role.KE, "RX-ZS"), ("qi", Role.QI, "RX-ZS"), ("ad", Role.AD, "RX"), ("au", Role.AU, "RX"),
)
UNIT_POSTS = (("li", Role.LI), ("hd", Role.HD), ("ul", Role.UL))
LEADS_CALLBACKS = ("ul.rx", Role.UL, "RX-HF")  # the callback team has a lead, who hears of its late calls
WORK = {
    Role.OP: "takes calls, answers or registers them", Role.OPS: "leads the shift, dispatches critical cases at once",
    Role.RV: "reviews cases and replies", Role.DP: "dispatches, decides returns", Role.CB: "calls citizens back",
    Role.SV: "supervises what is late, rules on disputes", Role.ZH: "decides exclusions", Role.DL: "leads the duty, second person",
    Role.QL: "reads everything but identities, gives instructions", Role.KE: "edits knowledge", Role.QI: "inspects closed cases",
    Role.AD: "people, roles, roster", Role.AU: "reads the audit log", Role.LI: "signs and passes on for the unit",
    Role.HD: "handles and replies", Role.UL: "leads the unit, signs what is urgent",
}
PHONE = "1380000{:04d}"


@dataclass(frozen=True)
class Team:
    li: User
    hd: User
    ul: User

    def __iter__(self):
        return iter((self.li, self.hd, self.ul))


@dataclass
class Cast:
    """Everybody by log-in name, with roles at hand, so that playing asks for nobody twice."""

    people: dict[str, User]
    units: dict[str, Unit] = field(default_factory=dict)

    def __getitem__(self, login):
        return self.people[login]

    def team(self, unit):
        return Team(*(self.people[f"{post}.{unit.code.lower()}"] for post, _role in UNIT_POSTS))

    def of_role(self, role):
        return [self.people[login] for login, held, _unit in HOTLINE if held == role]


def posts():
    """(log-in, role, unit code) of everybody who belongs in the demo."""
    receivers = Unit.objects.receivers().order_by("path").values_list("code", flat=True)
    in_units = [(f"{post}.{code.lower()}", role, code) for code in receivers for post, role in UNIT_POSTS]
    return [*HOTLINE, *in_units]


@transaction.atomic
def bring_in(*, password, now):
    """Create who is missing and give everybody the password; returns how many were created."""
    wanted = posts()
    known = dict(User.objects.filter(username__in=[login for login, _role, _unit in wanted]).values_list("username", "id"))
    missing = [post for post in wanted if post[0] not in known]
    hashed = _hash_in_use(known.values(), password) or make_password(password)
    User.objects.filter(pk__in=known.values()).exclude(password=hashed).update(password=hashed, must_change_password=False)
    if missing:
        _create(missing, hashed)
        audit.record("CONFIG", user=None, now=now, what="demo people", reason="created", count=len(missing))
    return len(missing)


def _hash_in_use(ids, password):
    """The hash that most of them carry, if it still fits: hashing anew would end their sessions."""
    hashes = User.objects.filter(pk__in=ids).values_list("password", flat=True).distinct()[:3]
    return next((stored for stored in hashes if check_password(password, stored)), None)


def _create(missing, hashed):
    units = {unit.code: unit for unit in Unit.objects.all()}
    names = name_giver(set(User.objects.values_list("display_name", flat=True)))
    first = User.objects.count()
    users = User.objects.bulk_create(
        User(username=login, display_name=names(login), phone=PHONE.format(first + place), password=hashed)
        for place, (login, _role, _unit) in enumerate(missing))
    by_login = {user.username: user for user in users}
    rows = [*missing, *([LEADS_CALLBACKS] if LEADS_CALLBACKS[0] in by_login else [])]
    Membership.objects.bulk_create(Membership(user=by_login[login], role=role, unit=units[unit]) for login, role, unit in rows)


def name_giver(taken):
    """A function that names a log-in, the same one every time, and no two alike."""

    def name(login):
        rng = random.Random(f"name of {login}")  # noqa: S311  (nothing secret)
        while (made := rng.choice(SURNAMES) + rng.choice(MEN + WOMEN)) in taken:
            pass
        taken.add(made)
        return made

    return name


def assemble():
    """Read the cast in two queries."""
    people = {}
    for membership in Membership.objects.select_related("user", "unit").order_by("pk"):
        user = people.setdefault(membership.user.username, membership.user)
        user.__dict__.setdefault("membership_list", []).append(membership)  # what its cached_property would read
    return Cast(people, {unit.code: unit for unit in Unit.objects.select_related("parent")})
