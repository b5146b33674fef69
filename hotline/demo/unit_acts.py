"""What a responsible unit does with a case. Each act is act(case, now), options by keyword."""
from datetime import timedelta
from functools import partial

from accounts.models import Unit
from dispatch import actions as dispatching
from dispatch import replies
from dispatch.models import Assignment, SupervisionOrder
from hotline.demo import phrases
from tickets import steps
from tickets.choices import URGENT_OR_WORSE, ContactMethod
from tickets.models import Ticket
from tickets.states import State

HOUR = timedelta(hours=1)
SHIFT_OF_ORDER = timedelta(hours=6)


def sign(case, now, to_handler=False):
    """Unless silence counted as signing already."""
    if case.state() == State.PENDING_RECEIPT:
        team = case.team()
        dispatching.sign(case.pk, by=team.li, now=now, handler=team.hd if to_handler else None)


def contact(case, now, reached=True):
    method, notes = ContactMethod.PHONE, phrases.REACHED if reached else phrases.NOT_REACHED
    if case.is_confidential:
        method, notes = ContactMethod.RELAY, phrases.RELAYED
    replies.record_contact(case.pk, by=case.team().hd, now=now, method=method, reached=reached, told_deadline=reached,
                           note=case.pick(notes))


def progress(case, now):
    case.take("record_progress", case.team().hd, now, text=case.pick(phrases.PROGRESS))


def feed_back(ticket_id, cast, text, now):
    """Reminded that a stage feedback is due, the liaison asks around and writes it down."""
    unit = Ticket.objects.select_related("lead_unit").get(pk=ticket_id).lead_unit
    _take("record_progress", ticket_id, cast.team(unit).li, now, text=text)


def assign_down(case, now):
    """To the community of the incident, or to the handler where the unit has nothing below it."""
    lead, team = case.lead, case.team()
    below = Unit.objects.receivers().filter(parent=lead).order_by("code")
    unit = below.filter(pk=case.area.pk).first() or below.first()
    to = {"unit": unit.code} if unit else {"handler": team.hd.username}
    case.take("assign_down", team.ul, now, note=case.pick(phrases.DOWNWARD), **to)


def answer_parts(case, now):
    """Co-units and units below give their part."""
    parts = Assignment.objects.filter(ticket=case.pk, status__in=(Assignment.Status.PENDING, Assignment.Status.ACCEPTED))
    for part in parts.exclude(role=Assignment.Role.LEAD, level=1).select_related("unit").order_by("pk"):
        case.take("answer_part", case.cast.team(part.unit).li, now, text=case.pick(phrases.PARTS))


# --- requests ---------------------------------------------------------------------------------------------------


def ask_to_return(case, now, suggested):
    """Urgent ones are only proposed: the leader signs."""
    reason = case.pick(list(phrases.RETURN_REASONS))
    case.take("request_return", case.team().li, now, reason_code=reason, reason=phrases.RETURN_REASONS[reason],
              legal_basis=case.pick(phrases.LEGAL), suggested_unit=suggested)


def sign_return(case, now):
    case.take("request_return", case.team().ul, now)


def ask_extension(case, now, hours=12):
    case.take("request_extension", case.team().hd, now, hours=hours, reason=case.pick(phrases.EXTENSIONS),
              citizen_told_at=(now - timedelta(minutes=10)).isoformat())


def sign_extension(case, now):
    case.take("request_extension", case.team().ul, now)


def ask_suspension(case, now, days=None):
    code, reason, plan = case.pick(phrases.SUSPENSIONS)
    days = days or case.pick((6, 20, 45, 90))
    case.take("request_suspension", case.team().hd, now, reason_code=code, reason=reason, plan=plan,
              review_date=(now + timedelta(days=days)).date().isoformat(), citizen_told_at=(now - timedelta(minutes=15)).isoformat())


def sign_suspension(case, now):
    case.take("request_suspension", case.team().ul, now)


def resume(case, now):
    case.take("resume", case.team().li, now, note=phrases.RESUMED)


def ask_exclusion(case, now):
    code, reason = case.pick(phrases.EXCLUSIONS)
    case.take("request_exclusion", case.team().ul, now, reason_code=code, reason=reason)


# --- the reply --------------------------------------------------------------------------------------------------


def reply_of(case, *, solved="yes", text="", beyond_duty=False):
    block = {"truth": "yes" if solved == "yes" else "partly", "contacted": True, "solved": solved, "text": text or case.say(case.matter.reply),
             "basis": case.pick(phrases.BASIS), "self_callback": "satisfied" if solved == "yes" else "not_reached",
             "beyond_duty": beyond_duty}
    if solved != "yes":
        block["unsolved_reason"] = case.pick(phrases.UNSOLVED)
    return block


def reply(case, now, **options):
    """The handler writes it; of urgent and repeated cases the leader has to sign (see `sign_reply`)."""
    ticket, team = case.ticket(), case.team()
    if replies.open_co_units(ticket):
        answer_parts(case, now)
    block = reply_of(case, **options)
    if ticket.redo_round:
        block["text"] = case.pick(phrases.REDONE)
    if ticket.urgency in URGENT_OR_WORSE or ticket.redo_round or ticket.key_supervision:
        case.take("submit_reply", team.hd, now, **block, hints_read=True)
    else:
        replies.submit_reply(case.pk, by=team.hd, now=now, **block)


def sign_reply(case, now):
    """The leader's signature under a reply that waits for it."""
    if case.state() == State.HANDLING:
        case.take("submit_reply", case.team().ul, now)


def mended_reply(case, now, **options):
    reply(case, now, text=f"{case.say(case.matter.reply)}{phrases.MENDED}", **options)


# --- reminders and supervision orders ------------------------------------------------------------------------------


def acknowledge_reminders(case, now):
    if case.state() == State.HANDLING:
        case.take("acknowledge_reminders", case.team().li, now, note=case.pick(phrases.PROGRESS))


def answer_order(case, now):
    case.take("answer_supervision", case.team().ul, now, text=case.pick(phrases.ORDER_ANSWERS))


def see_to_order(order_id, cast, rng, stage, now):
    """The unit answers an order of the ladder, and some hours later the supervisor closes it."""
    order = SupervisionOrder.objects.select_related("unit").filter(pk=order_id, status="issued").first()
    if order:
        _take("answer_supervision", order.ticket_id, cast.team(order.unit).ul, now, text=rng.choice(phrases.ORDER_ANSWERS))
        stage.plan(now + SHIFT_OF_ORDER * rng.random(), partial(close_order, order.ticket_id, rng.choice(cast.of_role("SV"))))


def close_order(ticket_id, supervisor, now):
    _take("close_supervision", ticket_id, supervisor, now, note=phrases.ORDER_CLOSED)


def _take(step, ticket_id, by, now, **body):
    ticket = Ticket.objects.visible_to(by).get(pk=ticket_id)
    if steps.STEPS[step].fits(ticket) == "":
        steps.take(steps.STEPS[step], ticket, by=by, body=body, now=now)
