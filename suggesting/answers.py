"""How often people take over what is suggested: the only figure that says whether it helps."""
from datetime import timedelta

from django.db.models import Count, Q

from suggesting.models import Answer, Training

SPAN = timedelta(days=30)


def note(*, by, now, key, about, place=None, training=None):
    """The last answer for a form counts. Only categories come from a training; one that is not there (any more) is none."""
    learnt = about == Answer.About.CATEGORY and training
    known = training if learnt and Training.objects.filter(pk=training).exists() else None
    said = {"at": now, "is_accepted": place is not None, "place": place, "training_id": known}
    return Answer.objects.update_or_create(by=by, key=key, about=about, defaults=said)[0]


def rates(*, now):
    """[(what, accepted, refused, percent or None)] of the last days; one query."""
    rows = Answer.objects.filter(at__gt=now - SPAN, at__lte=now).values("about").annotate(
        yes=Count("pk", filter=Q(is_accepted=True)), no=Count("pk", filter=Q(is_accepted=False)))
    counts = {row["about"]: (row["yes"], row["no"]) for row in rows}
    return [(label, *counts.get(about, (0, 0)), percent(*counts.get(about, (0, 0)))) for about, label in Answer.About.choices]


def percent(yes, no):
    return round(100 * yes / (yes + no)) if yes + no else None
