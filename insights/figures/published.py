"""Every figure that is published, defined once (SPEC 6.2): what is over what, when a row counts, and who is left out."""
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from insights.figures.indicators import Composite, Group, Indicator

SETTINGS = settings.FIGURES
ACCEPTED, DISPATCHED, DUE = _("when it was accepted"), _("when it was first dispatched"), _("when the deadline ends")
CALLED, OUTCOME, DECIDED = _("when the call began"), _("when the outcome was recorded"), _("when it was decided")

RATES = (  # 三率
    Indicator("response_rate", _("Response rate"),
              _("Citizens whom the unit contacted, of those who rated something."),
              OUTCOME,
              ("contacted",), ("rated",), excluded="rated_excluded"),
    Indicator("solved_rate", _("Solved rate"),
              _("Solved matters, of those who rated something; “basically solved” has a weight of its own (1.0 if nothing "
                "else is set)."),
              OUTCOME, ("solved", "basically_solved"), ("rated",), weights=(Decimal(1), SETTINGS["W_BASIC_SOLVED"]),
              excluded="rated_excluded"),
    Indicator("satisfied_rate", _("Satisfaction rate"),
              _("Satisfied citizens, of those who rated something; “basically satisfied” has a weight of its own (0.9 if "
                "nothing else is set)."),
              OUTCOME, ("satisfied", "basically_satisfied"), ("rated",), weights=(Decimal(1), SETTINGS["W_BASIC_SATISFIED"]),
              excluded="rated_excluded"),
)
GROUPS = (
    Group("calls", _("Telephone"), (
        Indicator("calls", _("Calls that came in"),
                  _("All calls of the ledger but those that the hotline made itself."),
                  CALLED,
                  ("calls",)),
        Indicator("answer_rate", _("Answer rate"),
                  _("Calls that were answered, of all that rang at a seat. Target: 95 %."),
                  CALLED,
                  ("calls_answered",), ("calls_offered",), target=Decimal("0.95")),
        Indicator("answered_soon", _("Answered within 15 seconds"),
                  _("Calls answered at most 15 seconds after they began to ring, of all that were answered. Target: 80 %."),
                  CALLED,
                  ("calls_answered_soon",), ("calls_answered",), target=Decimal("0.80")),
        Indicator("nuisance", _("Calls without a matter"), _("Silent, harassing, wrongly dialled and test calls."), CALLED,
                  ("calls_nuisance",)),
    )),
    Group("intake", _("Intake and dispatch"), (
        Indicator("accepted", _("Accepted tickets"),
                  _("Tickets that were accepted, with those answered on the line, without those refused, voided or merged "
                    "into another."),
                  ACCEPTED, ("accepted",)),
        Indicator("refused", _("Matters not accepted"),
                  _("Matters that the hotline may not accept; the citizen was told where to go."),
                  ACCEPTED, ("refused",)),
        Indicator("merged", _("Merged tickets"), _("Calls about a matter that had a ticket already and joined it."),
                  _("when the call was registered"), ("merged",)),
        Indicator("direct_rate", _("Answered on the line, share"), _("Tickets answered at once, of all that were accepted."),
                  ACCEPTED, ("direct",), ("accepted",)),
        Indicator("dispatched", _("Dispatched tickets"), _("Tickets that were dispatched to a unit, however often."),
                  DISPATCHED, ("dispatched",)),
        Indicator("lead_parts", _("Dispatches to lead units"),
                  _("How often a unit was made the lead: a ticket that goes to a second unit, or is redone, counts again."),
                  _("when the unit got it"), ("lead_parts",)),
        Indicator("dispatched_in_time", _("Dispatched in time"),
                  _("Tickets whose review and first dispatch both kept their time limits, of all dispatched."), DISPATCHED,
                  ("dispatched_in_time",), ("dispatched",)),
        Indicator("first_right", _("First dispatch right"),
                  _("Tickets that no unit returned with approval and that were never recalled, of all dispatched."), DISPATCHED,
                  ("first_right",), ("dispatched",)),
        Indicator("repeat_rate", _("Repeated calls"),
                  _("Merged tickets and repeated calls on an open ticket, of these and all accepted tickets together."), CALLED,
                  ("merged", "called_again"), ("accepted", "merged", "called_again")),
    )),
    Group("units", _("Units: in time"), (
        Indicator("receipt_rate", _("Signed in time"),
                  _("Receipts that the unit itself signed, or answered with a return, in time, of all that were due. "
                    "Counted for the unit that had to sign; signed by silence is late."),
                  DUE, ("receipts_in_time",), ("receipts_due",), excluded="receipts_due_excluded"),
        Indicator("response_rate_in_time", _("Responded in time"),
                  _("Dispatched tickets whose citizen was reached within the time for a response, of all whose response was"
                    " due. Two tries in vain are counted apart."),
                  DUE, ("responses_in_time",), ("responses_due",), excluded="responses_due_excluded"),
        Indicator("attempted", _("Two tries in vain"),
                  _("Responses that were stopped because the citizen was not reached twice."),
                  DUE, ("responses_attempted",)),
        Indicator("completion_rate", _("Completed in time"),
                  _("Completions in time whose reply was approved, of all that were due. What is suspended is not due; open"
                    " and overdue counts as failed."),
                  DUE, ("completions_in_time",), ("completions_due",), excluded="completions_due_excluded"),
        Indicator("late_rate", _("Overdue, share"),
                  _("The rest: completions that were late or are still missing, of all that were due."),
                  DUE, ("completions_late",), ("completions_due",), excluded="completions_due_excluded"),
        Indicator("late_now", _("Overdue now"),
                  _("Open tickets with a deadline that has passed, at this moment, whatever the period."),
                  _("now"), ("late_now",)),
        Indicator("done_rate", _("Completion rate"),
                  _("Tickets completed until now, of all dispatched in the period."),
                  DISPATCHED,
                  ("done",), ("to_do",), excluded="to_do_excluded"),
        Indicator("cleared_same_day", _("Cleared on the same day"),
                  _("Dispatched tickets completed before midnight of the day on which they were accepted, of all accepted "
                    "and dispatched."),
                  ACCEPTED, ("cleared_same_day",), ("accepted_dispatched",)),
        Indicator("reply_rate", _("Reply rate"),
                  _("Dispatched tickets with an approved reply, of all whose completion was due."), DUE,
                  ("replied",), ("replies_due",), excluded="replies_due_excluded"),
        Indicator("return_rate", _("Returns asked for"),
                  _("Returns that units asked for, of the tickets that they signed or returned. Counted for the unit that "
                    "asked."),
                  _("when it was asked for, and signed"), ("returns_asked",), ("taken",)),
        Indicator("return_success", _("Returns granted"), _("Returns that were granted, of all that units asked for."),
                  _("when it was asked for"), ("returns_granted",), ("returns_asked",)),
        Indicator("redo_rate", _("Redo rate"),
                  _("Outcomes of the first round whose ticket had to be redone, of all outcomes of the first round."), OUTCOME,
                  ("redone",), ("first_outcomes",), excluded="first_outcomes_excluded"),
    )),
    Group("times", _("How long it takes, in hours: mean / median / nine in ten within"), (
        Indicator("handling_time", _("Handling time"),
                  _("From acceptance to completion, without the time of suspensions."), _("when it was completed"),
                  ("handling_time",), is_time=True),
        *(Indicator(f"handling_time_{urgency}", title, _("The same, of tickets of this urgency."), _("when it was completed"),
                    (f"handling_time_{urgency}",), is_time=True)
          for urgency, title in (("critical", _("Handling time, critical")), ("urgent", _("Handling time, urgent")),
                                 ("normal", _("Handling time, normal")))),
        Indicator("response_time", _("Response time"),
                  _("From acceptance to the first time that the unit reached the citizen."),
                  _("when the citizen was reached"), ("response_time",), is_time=True),
    )),
    Group("callbacks", _("Callbacks and the three rates"), (
        Indicator("callback_rate", _("Callback rate"),
                  _("Tickets with every required outcome on record, of those whose callback was due. Required of everything"
                    " that was dispatched, and of every request for help, complaint and report. It must read 100 %."),
                  DUE, ("callbacks_done",), ("callbacks_due",), target=Decimal(1)),
        Indicator("effective_rate", _("Effective callbacks"),
                  _("Citizens who were reached and rated something, of all outcomes recorded."), OUTCOME,
                  ("reached",), ("outcomes",)),
        *RATES,
        Composite("score", _("Composite score"),
                  _("100 times the weighted mean of response, solved and satisfaction rate (0.1, 0.5 and 0.4 if nothing "
                    "else is set): all perfect is 100.00."),
                  OUTCOME, RATES, excluded="rated_excluded"),
        Indicator("service_rate", _("Satisfaction with the service"),
                  _("Citizens satisfied with how they were treated, of those who rated it."), OUTCOME,
                  ("service_satisfied",), ("service_rated",)),
    )),
    Group("quality", _("Quality of the work"), (
        Indicator("sent_back_rate", _("Sent back by the review, share"),
                  _("Tickets that the review sent back to the operator at least once because something was missing, of all that"
                    " were accepted."),
                  ACCEPTED, ("sent_back",), ("accepted",)),
        Indicator("cited_rate", _("Answered from the knowledge, share"),
                  _("Answers on the line that name the article of the knowledge they come from, of all answers on the line."),
                  ACCEPTED, ("cited",), ("direct",)),
        Indicator("reply_faults", _("Replies sent back, share"),
                  _("Replies of units that the hotline sent back for a fault, of all that it reviewed. Counted for the unit "
                    "that replied."),
                  _("when it was reviewed"), ("replies_returned",), ("replies_reviewed",)),
        Indicator("sample_kept", _("Checked callbacks in order, share"),
                  _("Callbacks to citizens who were not reached that were drawn for a check and found in order: three real "
                    "tries, of all that were checked."),
                  _("when it was checked"), ("callbacks_kept",), ("callbacks_checked",)),
    )),
    Group("decisions", _("Orders and decisions"), (
        Indicator("orders", _("Supervision orders issued"), _("Orders that were issued to units."),
                  _("when it was issued"), ("orders",)),
        Indicator("orders_closed", _("Supervision orders closed in time"),
                  _("Orders that were closed in time, of all that were due."),
                  DUE, ("orders_closed",), ("orders_due",)),
        Indicator("suspended", _("Suspended, share"),
                  _("Suspensions granted, and their share of the dispatched tickets."),
                  DECIDED,
                  ("suspended",), ("dispatched",)),
        Indicator("extended", _("Extended, share"),
                  _("Extensions granted, and their share of the dispatched tickets."),
                  DECIDED,
                  ("extended",), ("dispatched",)),
        Indicator("exclusions", _("Exclusions from assessment"),
                  _("Tickets that were excluded from assessment, on request or after an appeal, and their share of the "
                    "dispatched tickets."),
                  DECIDED, ("exclusions", "appealed_out"), ("dispatched",)),
        Indicator("forced", _("Closed by force, share"),
                  _("Tickets closed against the citizen's rating, and their share of the dispatched tickets. They count as "
                    "unsolved."),
                  _("when it was closed"), ("forced",), ("dispatched",)),
    )),
)
INDICATORS = {indicator.code: indicator for group in GROUPS for indicator in group.indicators}
NEEDED = tuple(dict.fromkeys(code for indicator in INDICATORS.values() for code in indicator.measures))
