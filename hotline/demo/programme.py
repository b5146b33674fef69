"""How many of which plot, when, and about what: chosen so that every state and every board has something true to show."""
from dataclasses import dataclass

from hotline.demo import matters_emergency, matters_people, matters_town, plots, questions
from tickets.choices import Type, Urgency

FULL = 360  # the numbers below, with some ordinary cases, make so many tickets


@dataclass(frozen=True)
class Entry:
    plot: object
    n: int
    ends: tuple[float, float] | None = None  # the last beat lies so many minutes before the end
    arrives: tuple[float, float] | None = None  # or the call comes so many hours before the end
    about: str = "any"  # which matters, see `pools`
    must: bool = False  # in the smallest demo as well: together these cover the 18 states
    others: int = 0  # further tickets that belong to it
    written: float = 0.0  # share that came in writing

    @property
    def size(self):
        return 1 + self.others


P = plots
WEEK, OLD = (9, 166), (30, 166)
ENTRIES = (
    # before dispatch, now
    Entry(P.drafted, 6, ends=(1, 200), must=True),
    Entry(P.lacks_information, 5, ends=(2, 45), must=True),
    Entry(P.taken_in, 12, ends=(0.5, 27), must=True, written=0.4),
    Entry(P.refused, 1, ends=(2, 16), about="refused by two"),
    Entry(P.awaits_dispatch, 8, ends=(0.5, 13), must=True, written=0.2),
    # with the units, now
    Entry(P.accepted, 9, ends=(1, 27), must=True),
    Entry(P.accepted, 2, ends=(28, 42), about="normal"),
    Entry(P.in_hand, 9, ends=(1, 110), must=True),
    Entry(P.in_hand, 4, ends=(125, 400)),
    Entry(P.contact_made, 9, ends=(5, 500)),
    Entry(P.progress_made, 6, ends=(5, 700)),
    Entry(P.contact_made, 7, ends=(24 * 60, 40 * 60)),
    Entry(P.urged, 2, ends=(5, 180)),
    Entry(P.never_signs, 3, ends=(10, 400), about="normal"),
    Entry(P.passed_down, 4, ends=(20, 400), about="territory"),
    Entry(P.with_co_unit, 3, ends=(20, 400)),
    Entry(P.reminded, 3, ends=(10, 300)),
    Entry(P.worsened, 1, ends=(10, 200), about="normal"),
    Entry(P.awaits_signature, 4, ends=(5, 150), about="urgent"),
    Entry(P.contact_made, 3, ends=(30, 600), about="report"),
    Entry(P.wants_to_return, 4, ends=(2, 50), about="mistaken", must=True),
    Entry(P.return_unsigned, 1, ends=(1, 4), about="mistaken urgent"),
    Entry(P.return_refused, 2, arrives=(20, 100), about="mistaken"),
    Entry(P.disputed, 3, ends=(5, 180), about="mistaken twice", must=True),
    Entry(P.ruled, 1, ends=(2, 25), about="mistaken twice"),
    Entry(P.expressed, 2, ends=(0.5, 7), about="critical"),
    Entry(P.expressed_in_hand, 3, ends=(10, 300), about="critical"),
    # requests and orders, open now
    Entry(P.extension_unsigned, 1, ends=(5, 120), about="normal"),
    Entry(P.extension_asked, 2, ends=(5, 180), about="normal"),
    Entry(P.extension_granted, 2, ends=(30, 500), about="normal"),
    Entry(P.extension_refused, 1, ends=(30, 300), about="normal"),
    Entry(P.suspension_unsigned, 1, ends=(5, 150), about="normal"),
    Entry(P.suspension_asked, 2, ends=(5, 200), about="normal"),
    Entry(P.suspension_advised, 2, ends=(5, 200), about="normal"),
    Entry(P.suspended, 4, ends=(300, 5000), about="normal", must=True),
    Entry(P.suspension_refused, 1, ends=(60, 500), about="normal"),
    Entry(P.resumed, 1, ends=(60, 600), about="normal"),
    Entry(P.suspended_until, 1, arrives=(110, 150), about="normal"),
    Entry(P.excluded, 1, ends=(60, 600), about="normal"),
    Entry(P.exclusion_advised, 1, ends=(20, 200), about="normal"),
    Entry(P.exclusion_asked, 2, ends=(20, 300), about="normal"),
    Entry(P.supervised, 2, ends=(10, 300)),
    Entry(P.order_answered, 2, ends=(10, 200)),
    Entry(P.order_sent_back, 1, ends=(10, 200)),
    Entry(P.supervised_by_leader, 1, ends=(10, 200)),
    # reply, callback, redo, adjudication, now
    Entry(P.awaits_reply_review, 7, ends=(3, 235), must=True),
    Entry(P.reply_sent_back, 2, ends=(5, 200)),
    Entry(P.until_callback, 10, ends=(5, 900), must=True),
    Entry(P.called_in_vain, 4, ends=(10, 600)),
    Entry(P.called_in_vain_thrice, 2, ends=(60, 2400)),
    Entry(P.unreachable, 1, ends=(10, 300)),
    Entry(P.content, 1, ends=(1, 30)),
    Entry(P.disappointed, 2, ends=(3, 100)),
    Entry(P.withdrawal_claimed, 2, ends=(10, 300)),
    Entry(P.withdrawal_proposed, 1, ends=(5, 120)),
    Entry(P.withdrawal_denied, 1, ends=(30, 400)),
    Entry(P.withdrawal_denied_before_receipt, 1, ends=(1, 8)),
    Entry(P.being_redone, 4, ends=(20, 700)),
    Entry(P.being_redone_twice, 1, ends=(20, 600)),
    Entry(P.in_adjudication, 2, ends=(20, 900)),
    Entry(P.beyond_duty, 2, ends=(20, 900), must=True),
    Entry(P.taken_by_leader, 1, ends=(30, 500)),
    Entry(P.given_to_other_unit, 1, ends=(1, 9)),
    Entry(P.suspended_by_ruling, 1, ends=(60, 900), about="normal"),
    Entry(P.force_proposed, 1, ends=(10, 200)),
    Entry(P.reopened, 1, ends=(1, 8)),
    Entry(P.reopened_in_hand, 1, ends=(30, 400)),
    Entry(P.neighbours, 2, ends=(30, 500), others=2, must=True, about="many"),
    Entry(P.neighbours_ordered, 1, ends=(20, 300), others=3, about="many"),
    Entry(P.burst, 1, ends=(1, 8), others=5, about="water"),
    # over by now
    Entry(P.answered, 44, arrives=OLD, about="question", must=True),
    Entry(P.answered, 22, arrives=(0.1, 24), about="question"),
    Entry(P.transferred, 7, arrives=WEEK, about="elsewhere", must=True),
    Entry(P.refused, 4, arrives=WEEK, about="refused", must=True),
    Entry(P.refused_by_two, 1, arrives=WEEK, about="refused by two"),
    Entry(P.voided, 2, arrives=WEEK, must=True),
    Entry(P.withdrawn_early, 3, arrives=WEEK),
    Entry(P.withdrawn, 2, arrives=(30, 150)),
    Entry(P.recalled, 2, arrives=(30, 150), about="mistaken"),
    Entry(P.return_granted, 4, arrives=(30, 160), about="mistaken"),
    Entry(P.ruled_and_closed, 2, arrives=(40, 160), about="mistaken twice"),
    Entry(P.passed_down_and_closed, 2, arrives=(30, 160), about="territory"),
    Entry(P.with_co_unit_closed, 2, arrives=(30, 160)),
    Entry(P.co_unit_waived, 1, arrives=(30, 160)),
    Entry(P.reminded_and_closed, 2, arrives=(30, 160)),
    Entry(P.extended_and_closed, 1, arrives=(50, 160), about="normal"),
    Entry(P.order_closed, 1, arrives=(40, 160)),
    Entry(P.expressed_and_closed, 4, arrives=(20, 160), about="critical"),
    Entry(P.whole, 4, arrives=(30, 160), about="report"),
    Entry(P.unreachable_and_closed, 1, ends=(300, 1200)),
    Entry(P.number_dead, 1, arrives=(60, 160)),
    Entry(P.wants_no_callback, 2, arrives=(40, 160)),
    Entry(P.redone, 4, arrives=(70, 165)),
    Entry(P.taken_by_leader_and_closed, 1, ends=(300, 2000)),
    Entry(P.forced, 2, ends=(300, 3000)),
    Entry(P.neighbours_closed, 1, arrives=(50, 150), others=2, about="many"),
    Entry(P.whole, 4, ends=(20, 2 * 1440), must=True),
)
ORDINARY = Entry(P.whole, 0, arrives=(2, 166), written=0.2)  # fills up to the number asked for


def counts(tickets):
    """[(entry, how often)] that make exactly this many tickets. Raises ValueError when they are too few for every state."""
    share = tickets / FULL
    often = [max(int(entry.must), round(entry.n * share)) for entry in ENTRIES]
    while (rest := tickets - sum(entry.size * n for entry, n in zip(ENTRIES, often, strict=True))) < 0:
        most = max(range(len(ENTRIES)), key=lambda place: often[place] - ENTRIES[place].must)
        if often[most] <= ENTRIES[most].must:
            raise ValueError(f"{tickets} tickets cannot show every state")
        often[most] -= 1  # rounding up went too far
    return [*zip(ENTRIES, often, strict=True), (ORDINARY, rest)]


def pools(categories):
    """The matters that fit a plot, by the word in Entry.about."""
    matters = (*matters_town.MATTERS, *matters_people.MATTERS, *matters_emergency.MATTERS)
    known = [matter for matter in matters if matter.type != Type.REPORT]
    of = {urgency: [m for m in known if categories[m.category].default_urgency == urgency] for urgency in Urgency}
    normal, urgent = of[Urgency.NORMAL], of[Urgency.URGENT]
    return {
        "any": normal * 2 + urgent + [matter for matter in normal + urgent if matter.hotline == "96120"] * 2, "normal": normal, "urgent": urgent, "critical": of[Urgency.CRITICAL],
        "report": [matter for matter in matters if matter.type == Type.REPORT],
        "mistaken": [m for m in normal if m.mistaken], "mistaken urgent": [m for m in urgent if m.mistaken],
        "mistaken twice": [m for m in known if len(m.mistaken) > 1],
        "territory": [m for m in normal if categories[m.category].lead_is_territory],
        "many": [m for m in known if m.category in ("050101", "050201", "020303", "020502", "020201", "010101")],
        "water": [m for m in known if m.category == "050101"],
        "question": list(questions.QUESTIONS), "elsewhere": list(questions.TRANSFERS),
        "refused": [m for m in questions.REFUSALS if m.reason != "R9"],
        "refused by two": [m for m in questions.REFUSALS if m.reason == "R9"],
    }
