"""The states of a ticket, and for each of them whose turn it is."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    NEED_INFO = "need_info", _("Information needed")
    PENDING_REVIEW = "pending_review", _("Awaiting review")
    PENDING_DISPATCH = "pending_dispatch", _("Awaiting dispatch")
    PENDING_RECEIPT = "pending_receipt", _("Awaiting receipt")
    HANDLING = "handling", _("In hand")
    RETURN_REVIEW = "return_review", _("Return under review")
    ARBITRATION = "arbitration", _("Responsibility under ruling")
    SUSPENDED = "suspended", _("Suspended")
    REPLY_REVIEW = "reply_review", _("Reply under review")
    PENDING_CALLBACK = "pending_callback", _("Awaiting callback")
    ADJUDICATION = "adjudication", _("Adjudication")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    REJECTED = "rejected", _("Not accepted")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    MERGED = "merged", _("Merged")
    CANCELLED = "cancelled", _("Withdrawn")


class Turn(models.TextChoices):
    """Who has to act next."""

    OPERATOR = "operator", _("Operator")
    REVIEWER = "reviewer", _("Reviewer")
    DISPATCHER = "dispatcher", _("Dispatcher")
    UNIT = "unit", _("Responsible unit")
    CALLBACK = "callback", _("Callback desk")
    SUPERVISOR = "supervisor", _("Supervisor")
    SYSTEM = "system", _("System")
    NOBODY = "nobody", _("Nobody")


WHOSE_TURN = {
    State.DRAFT: Turn.OPERATOR,
    State.NEED_INFO: Turn.OPERATOR,
    State.PENDING_REVIEW: Turn.REVIEWER,
    State.PENDING_DISPATCH: Turn.DISPATCHER,
    State.PENDING_RECEIPT: Turn.UNIT,
    State.HANDLING: Turn.UNIT,
    State.RETURN_REVIEW: Turn.DISPATCHER,
    State.ARBITRATION: Turn.SUPERVISOR,
    State.SUSPENDED: Turn.UNIT,
    State.REPLY_REVIEW: Turn.REVIEWER,
    State.PENDING_CALLBACK: Turn.CALLBACK,
    State.ADJUDICATION: Turn.SUPERVISOR,
    State.CLOSED: Turn.SYSTEM,
    State.ARCHIVED: Turn.NOBODY,
    State.REJECTED: Turn.NOBODY,
    State.TRANSFERRED_OUT: Turn.NOBODY,
    State.MERGED: Turn.NOBODY,
    State.CANCELLED: Turn.NOBODY,
}

FINAL = (State.ARCHIVED, State.REJECTED, State.TRANSFERRED_OUT, State.MERGED, State.CANCELLED)
DONE = (State.CLOSED, *FINAL)
OPEN = tuple(state for state in State if state not in DONE)
WITH_UNIT = (State.PENDING_RECEIPT, State.HANDLING, State.RETURN_REVIEW, State.SUSPENDED, State.REPLY_REVIEW)
BEFORE_DISPATCH = (State.DRAFT, State.NEED_INFO, State.PENDING_REVIEW, State.PENDING_DISPATCH)

# What the citizen is told (SPEC 3.1); internal steps stay internal.
CITIZEN_STAGE = {
    State.DRAFT: "",
    State.NEED_INFO: _("Accepted"),
    State.PENDING_REVIEW: _("Accepted"),
    State.PENDING_DISPATCH: _("Accepted"),
    State.PENDING_RECEIPT: _("Dispatched"),
    State.HANDLING: _("In hand"),
    State.RETURN_REVIEW: _("In hand"),
    State.ARBITRATION: _("In hand"),
    State.SUSPENDED: _("Suspended with a planned date"),
    State.REPLY_REVIEW: _("In hand"),
    State.PENDING_CALLBACK: _("Being called back"),
    State.ADJUDICATION: _("Being called back"),
    State.CLOSED: _("Completed"),
    State.ARCHIVED: _("Completed"),
    State.REJECTED: _("Not accepted"),
    State.TRANSFERRED_OUT: _("Passed to another channel"),
    State.MERGED: _("Merged"),
    State.CANCELLED: _("Withdrawn"),
}
