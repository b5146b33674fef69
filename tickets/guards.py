"""What must never be untrue of a ticket, said to the database: it refuses even a statement typed into psql."""
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import Transition

from tickets.choices import CLOSING_OUTCOMES, DIRECT_TYPES, ClosureKind, Outcome, WithdrawFrom
from tickets.life import REDO_LIMIT, RETURN_LIMIT, Life
from tickets.states import State


def transitions_of(model):
    """All (name, source, target) of a class of transitions, in the order they are written."""
    for name, method in vars(model).items():
        meta = getattr(method, "_django_fsm", None)
        if meta:
            for transition in meta.transitions.values():
                assert isinstance(transition, Transition)
                yield name, transition.source, transition.target


PAIRS = sorted({(str(source), str(target)) for _name, source, target in transitions_of(Life)})

over = Q(state__in=(State.CLOSED, State.ARCHIVED))
answered_directly = Q(closure_kind=ClosureKind.DIRECT, first_dispatched_at__isnull=True, type__in=DIRECT_TYPES)
called_back = Q(callback_at__isnull=False, callback_by__isnull=False)
two_persons = Q(decided_by__isnull=False, second_by__isnull=False) & ~Q(decided_by=F("second_by"))


def implies(premise, conclusion):
    return ~premise | conclusion


CONSTRAINTS = [
    models.CheckConstraint(name="ticket_state_known", condition=Q(state__in=State.values)),
    models.CheckConstraint(
        name="ticket_over_only_after_callback",
        condition=implies(over, answered_directly
                          | (called_back & Q(closure_kind=ClosureKind.CALLBACK, callback_outcome__in=CLOSING_OUTCOMES))
                          | (called_back & two_persons & Q(closure_kind=ClosureKind.UNREACHABLE,
                                                           callback_outcome=Outcome.UNREACHABLE))
                          | (called_back & two_persons & Q(closure_kind=ClosureKind.FORCED,
                                                           callback_outcome=Outcome.NEGATIVE,
                                                           closing_reason__gt="", told_at__isnull=False))),
    ),
    models.CheckConstraint(
        name="ticket_over_only_as_demanded",  # by a special rule of its category (SPEC A7)
        condition=implies(over, (Q(force_review=False) | Q(reviewed_at__isnull=False))
                          & (Q(force_callback=False) | Q(callback_at__isnull=False))),
    ),
    models.CheckConstraint(
        name="ticket_callback_at_by_and_outcome_together",
        condition=Q(callback_outcome="", callback_at=None, callback_by=None)
        | (Q(callback_outcome__gt="") & called_back),
    ),
    models.CheckConstraint(
        name="ticket_withdrawn_after_dispatch_only_by_citizen",
        condition=implies(Q(state=State.CANCELLED, first_dispatched_at__isnull=False),
                          Q(callback_outcome=Outcome.WITHDRAW_CONFIRMED) & two_persons),
    ),
    models.CheckConstraint(
        name="ticket_refusal_by_four_eyes",
        condition=implies(Q(state=State.REJECTED),
                          Q(decided_by__isnull=False, closing_reason__gt="", told_channel__gt="", told_at__isnull=False)
                          & ~Q(decided_by=F("registered_by"))
                          & (~Q(closing_reason="R9") | Q(second_by__isnull=False))),
    ),
    models.CheckConstraint(name="ticket_redo_and_return_limits",
                           condition=Q(redo_round__lte=REDO_LIMIT + 1, return_count__lte=RETURN_LIMIT)),
    models.CheckConstraint(name="ticket_merged_into_another",
                           condition=Q(state=State.MERGED, master__isnull=False) & ~Q(master=F("id"))
                           | ~Q(state=State.MERGED) & Q(master=None)),
    models.CheckConstraint(name="ticket_suspended_with_review_date",
                           condition=implies(Q(state=State.SUSPENDED), Q(review_date__isnull=False))),
    models.CheckConstraint(
        name="ticket_with_unit_has_a_unit",
        condition=implies(Q(state__in=(State.PENDING_RECEIPT, State.HANDLING, State.RETURN_REVIEW, State.SUSPENDED,
                                       State.REPLY_REVIEW)),
                          Q(lead_unit__isnull=False, first_dispatched_at__isnull=False, accepted_at__isnull=False)),
    ),
    models.CheckConstraint(name="ticket_times_in_place",
                           condition=implies(Q(state=State.CLOSED), Q(closed_at__isnull=False))
                           & implies(Q(state=State.ARCHIVED), Q(archived_at__isnull=False))),
    models.CheckConstraint(name="ticket_withdrawal_source_known",
                           condition=Q(withdraw_from__in=["", *WithdrawFrom.values])),
    models.UniqueConstraint(fields=["channel", "source_ref"], condition=~Q(source_ref=""), name="ticket_taken_in_once"),
    models.CheckConstraint(name="ticket_received_before_registered",
                           condition=Q(received_at=None) | Q(received_at__lte=F("registered_at"))),
]

BORN_AS_DRAFT = """
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a ticket is born as draft, not as %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# At commit the row must say what its last event says, so a state cannot change without a trace.
STATE_HAS_ITS_EVENT = """
    SELECT t.state, t.version INTO _state, _version FROM tickets_ticket t WHERE t.id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT e.target, e.seq INTO _target, _seq FROM tickets_ticketevent e
        WHERE e.ticket_id = NEW.id ORDER BY e.seq DESC LIMIT 1;
    IF _target IS DISTINCT FROM _state OR _seq IS DISTINCT FROM _version THEN
        RAISE EXCEPTION 'ticket %: state % (version %) has no event', NEW.ticket_no, _state, _version
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""

WRITTEN_ONCE = """
    IF OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at
       OR OLD.first_dispatched_at IS NOT NULL AND NEW.first_dispatched_at IS DISTINCT FROM OLD.first_dispatched_at
       OR NEW.ticket_no <> OLD.ticket_no OR NEW.registered_by_id <> OLD.registered_by_id THEN
        RAISE EXCEPTION 'ticket %: written once, never changed', OLD.ticket_no USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# With a condition the database asks it before it enters the function: most updates of a ticket change none of this.
TRIGGERS = [
    pgtrigger.FSM(name="ticket_moves", field="state", transitions=PAIRS, condition=pgtrigger.AnyChange("state")),
    pgtrigger.Trigger(name="ticket_born_as_draft", when=pgtrigger.Before, operation=pgtrigger.Insert, func=BORN_AS_DRAFT),
    pgtrigger.Trigger(name="ticket_written_once", when=pgtrigger.Before, operation=pgtrigger.Update, func=WRITTEN_ONCE,
                      condition=pgtrigger.AnyChange("accepted_at", "first_dispatched_at", "ticket_no", "registered_by")),
    pgtrigger.Trigger(
        name="ticket_state_has_its_event", when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "version"), timing=pgtrigger.Deferred,
        func=STATE_HAS_ITS_EVENT,
        declare=[("_state", "text"), ("_version", "integer"), ("_target", "text"), ("_seq", "integer")],
    ),
    pgtrigger.Protect(name="ticket_is_never_deleted", operation=pgtrigger.Delete),
]
