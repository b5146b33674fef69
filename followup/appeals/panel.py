"""The appeal on the page of its ticket: who said what, and the first and the last result side by side."""
from django.utils.translation import gettext as _

from dispatch.story import some
from followup.appeals import rules
from followup.appeals.models import Appeal, AppealReview
from tickets.choices import Outcome
from tickets.presenters import Pill
from tickets.story import Item, Panel, events_of

TONE = {Appeal.Status.FIRST: "orange", Appeal.Status.SECOND: "orange", Appeal.Status.DECIDED: "blue",
        Appeal.Status.FINAL: "green", Appeal.Status.OVERTAKEN: ""}


def panel(ticket, user, reading):
    """None when nobody appealed, and for who may yet call the citizen about it."""
    if not any(event.name == "appeal_result" for event in events_of(ticket)):
        ticket._appeal = None
        return None
    rows = Appeal.objects.filter(ticket=ticket).select_related("unit", "by", "objected_by").prefetch_related(
        "reviews__by", "reviews__second_by").order_by("-pk")
    if reading.is_blind:
        return None
    appeals = list(rows)
    ticket._appeal = next((appeal for appeal in appeals if appeal.round == ticket.round), None)
    items = [item for appeal in appeals for item in items_of(appeal, ticket, user, reading)]
    return Panel(_("Appeals"), items, "scale") if items else None


def items_of(appeal, ticket, user, reading):
    reviews = sorted(appeal.reviews.all(), key=lambda review: review.is_final, reverse=True)
    yield Item(
        head=_("%(unit)s, round %(round)d") % {"unit": appeal.unit.name, "round": appeal.round},
        pill=Pill(appeal.get_status_display(), TONE[Appeal.Status(appeal.status)]),
        facts=some(
            (_("Grounds"), appeal.get_grounds_display()),
            (_("Appealed by"), appeal.by.display_name),
            (_("Appealed"), appeal.at),
            (_("Evidence"), reading.text(appeal.evidence)),
            (_("First result"), appeal.get_result_display()),
            (_("Final result"), final_result(appeal)),
            (_("To be decided by"), appeal.due_at if appeal.is_open else ""),
            (_("Objected by"), appeal.objected_by and appeal.objected_by.display_name),
            (_("Objected"), appeal.objected_at),
            (_("Objection"), reading.text(appeal.objection)),
        ),
        text=reading.text(appeal.text),
        is_open=appeal.is_open and appeal.ticket_id == ticket.pk and rules.is_his_turn(ticket, user),
    )
    yield from (review_item(review, reading) for review in reviews)


def final_result(appeal):
    review = appeal.decision_in_force()
    if review is None:
        return ""
    if review.decision == AppealReview.Decision.EXCLUDED:
        return review.get_decision_display()
    return Outcome(appeal.last_result()).label


def review_item(review, reading):
    return Item(
        head=_("Final review") if review.is_final else _("First review"),
        pill=Pill(review.get_decision_display(), "blue"),
        facts=some(
            (_("Changed to"), review.get_result_display()),
            (_("Decided by"), review.by.display_name),
            (_("Confirmed by"), review.second_by and review.second_by.display_name),
            (_("Decided at"), review.at),
        ),
        text=reading.text(review.words),
    )
