"""Which records of a round count. A correction counts for what it corrects; a second callback for the first one of the same
reporter, unless he was not reached or did not want to be asked again: then what he said first stays.

A ticket is closed with what counted at that moment. What came later is kept beside it (`after_closing`) and is the last word.
"""
from django.db.models import Exists, OuterRef, Q

from followup.models import DROPPED, LEFT, CallbackTask
from tickets.choices import WORST_FIRST, Outcome

Kind = CallbackTask.Kind
RATED = (Outcome.POSITIVE, Outcome.NEUTRAL, Outcome.NEGATIVE)  # he was asked, and answered
NOT_ASKED = (LEFT, DROPPED)


def standing(tasks):
    """Those that nobody corrected."""
    return tasks.filter(correction=None)


def standing_at_closing(tasks):
    return tasks.filter(Q(correction=None) | Q(correction__after_closing=True), after_closing=False)


def negative_at_closing():
    """Records that forbid closing, as a condition on the ticket of the outer query and its round."""
    tasks = standing_at_closing(CallbackTask.objects.filter(ticket=OuterRef("ticket"), round=OuterRef("round")))
    asked_again = tasks.filter(kind=Kind.RE_CALLBACK, caller=OuterRef("caller"), outcome__in=RATED)
    rows = standing_at_closing(CallbackTask.objects.filter(
        ticket=OuterRef("pk"), round=OuterRef("round"), kind__in=CallbackTask.RATINGS, outcome=Outcome.NEGATIVE))
    return Exists(rows.filter(Q(kind=Kind.RE_CALLBACK) | ~Exists(asked_again)))


def counted(tasks):
    """Of standing records one for each reporter; `tasks` is a list."""
    again = {task.caller_id: task for task in tasks if task.kind == Kind.RE_CALLBACK and task.outcome in (*RATED, "")}
    firsts = [task for task in tasks if task.kind != Kind.RE_CALLBACK and task.outcome not in NOT_ASKED]
    return [again.get(task.caller_id, task) for task in firsts]


def counting():
    """The same as a query: of what was answered until now the record that counts of each reporter and round."""
    again = standing(CallbackTask.objects.filter(kind=Kind.RE_CALLBACK, outcome__in=RATED, ticket=OuterRef("ticket"),
                                                 round=OuterRef("round"), caller=OuterRef("caller")))
    first, second = Q(kind=Kind.RESULT) & ~Exists(again), Q(kind=Kind.RE_CALLBACK, outcome__in=RATED)
    return standing(CallbackTask.objects.filter(first | second)).exclude(outcome__in=("", *NOT_ASKED))


def last_word(ticket):
    """The outcome of the round with everything that was recorded since closing, or ''."""
    tasks = standing(CallbackTask.objects.filter(ticket=ticket, round=ticket.round, kind__in=CallbackTask.RATINGS))
    outcomes = [task.outcome for task in counted([task for task in tasks if task.outcome])]
    return worst_of(outcomes) if outcomes else ""


def worst_of(outcomes):
    """Of several reporters those who were reached decide; only when nobody was, the case is unreachable."""
    reached = [outcome for outcome in outcomes if outcome != Outcome.UNREACHABLE]
    return next((outcome for outcome in WORST_FIRST if outcome in reached), (reached or outcomes)[0])


def withdrawn_by_all(outcomes):
    """A matter of several reporters is withdrawn when each of them says so."""
    return next(o for o in (Outcome.WITHDRAW_DENIED, Outcome.UNREACHABLE, Outcome.WITHDRAW_CONFIRMED) if o in outcomes)
