"""The classifier of this district: trained at night with its own approved tickets, and kept only if it is not worse.

A fifth of the tickets, chosen by their number, is never trained with: on one half of it chances are set right, on the other
half every classifier is measured, the new one and those before it. The best is in use; with equal figures the newest. So a
training with bad tickets is not put to use, and one that turns out worse on new tickets is taken back the next night.
"""
import time
import zlib
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction

from suggesting.linear import Linear, Unreadable
from suggesting.messages import Message
from suggesting.models import Training
from tickets.models import Ticket
from tickets.states import State

MOST = 8_000  # newest tickets that are read
LEAST, LEAST_HELD = 200, 20  # tickets to train with, and to measure with
LEAST_EACH = 5  # tickets of a category
LEAST_TOP3 = 0.5  # a classifier whose first three are wrong more often than right is not put to use
KEPT = 3  # classifiers of which more than the figures are kept
PARTS, JUDGED, TUNED = 10, 0, 5  # of the numbers of tickets: two tenths stay out


@dataclass(frozen=True)
class Material:
    train: list
    tune: list
    judge: list


def approved():
    """Tickets whose category a reviewer has confirmed. Nothing confidential: a classifier is shown to everybody."""
    return Ticket.objects.filter(reviewed_at__isnull=False, category__is_active=True, is_confidential=False).exclude(
        state=State.MERGED)


def message_of(ticket_no, title, content, code):
    return Message(title, content, code, id=ticket_no)


def material():
    """The newest approved tickets in three parts; one query. Categories with few tickets teach nothing and are left out."""
    columns = ("ticket_no", "title", "content", "category__code")
    rows = [message_of(*row) for row in approved().order_by("-pk").values_list(*columns)[:MOST]]
    parts: dict = {JUDGED: [], TUNED: [], None: []}
    for row in rows:
        parts.get(zlib.crc32(row.id.encode()) % PARTS, parts[None]).append(row)
    often: dict = {}
    for row in parts[None]:
        often[row.label] = often.get(row.label, 0) + 1
    return Material([row for row in parts[None] if often[row.label] >= LEAST_EACH], parts[TUNED], parts[JUDGED])


def lacking(found):
    """How many tickets are missing before a training makes sense; 0 when there are enough."""
    short = max(LEAST - len(found.train), LEAST_HELD - len(found.judge), LEAST_HELD - len(found.tune), 0)
    return short or int(len({row.label for row in found.train}) < 2)


def train(*, now):
    """Tonight's Training, or None with too few tickets. Takes minutes; touches the database at its ends only."""
    found = material()
    if lacking(found):
        return None
    from suggesting import evaluating, training  # loads SciPy

    begun = time.monotonic()
    model = training.fit(training.table(found.train), [row.label for row in found.train])
    tune = training.table(found.tune)
    model = training.sharpened(model, training.scores_of(model, tune), [row.label for row in found.tune])
    figures = evaluating.with_model(model, found.judge)
    before = {row: evaluating.with_model(old, found.judge).macro_f1 for row, old in kept_ones()}
    row = Training(at=now, tickets=len(found.train), held_out=len(found.judge), categories=len(model.labels),
                   accuracy=figures.accuracy, macro_f1=figures.macro_f1, top3=figures.top3, p95_ms=figures.p95_ms,
                   seconds=time.monotonic() - begun, classifier=model.to_bytes())
    return settle(row, before)


def kept_ones():
    """(row, classifier) of those that can still be asked."""
    for row in Training.objects.exclude(classifier=None).exclude(verdict=Training.Verdict.UNFIT).order_by("-pk"):
        try:
            yield row, Linear.from_bytes(bytes(row.classifier))
        except Unreadable:  # of a release that read messages otherwise
            continue


@transaction.atomic
def settle(row, before):
    """Save tonight's, and put the best of all to use. `before`: macro-F1 of the older ones with the same tickets."""
    in_use = next((old for old in before if old.in_use), None)
    row.compared = before[in_use] if in_use else None
    is_fit = row.top3 >= LEAST_TOP3
    best = max(before, key=lambda old: (before[old], old.pk), default=None)
    wins = is_fit and (best is None or row.macro_f1 >= before[best])
    row.verdict = Training.Verdict.BETTER if wins else Training.Verdict.WORSE if is_fit else Training.Verdict.UNFIT
    chosen = row if wins else best
    Training.objects.filter(in_use=True).update(in_use=False)
    if chosen is not None:
        chosen.in_use = True
        chosen.save()
    if chosen is not row:
        row.save()
    forget_old()
    return row


def forget_old():
    kept = Training.objects.exclude(classifier=None).order_by("-in_use", "-pk").values_list("pk", flat=True)[:KEPT]
    Training.objects.exclude(classifier=None).exclude(pk__in=list(kept)).update(classifier=None)


def in_use():
    """(number of the training, classifier), or (None, None); one query, and one more when it has changed."""
    number = Training.objects.filter(in_use=True).values_list("pk", flat=True).first()
    return (None, None) if number is None else (number, loaded(number))


@lru_cache(maxsize=1)
def loaded(number):
    """Kept in the process: reading it takes as long as many messages."""
    try:
        return Linear.from_bytes(bytes(Training.objects.values_list("classifier", flat=True).get(pk=number)))
    except Unreadable:
        return None
