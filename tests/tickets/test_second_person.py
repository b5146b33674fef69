"""A second person may also say no."""
import pytest
from django.core.exceptions import PermissionDenied

from notices.models import Notice
from tests import factories as make
from tests.factories import NOON
from tickets.actions import Refused
from tickets.models import Proposal, Ticket
from tickets.states import State
from tickets.steps import STEPS, Invalid, take

pytestmark = pytest.mark.django_db


def proposed():
    """A forced closing that the supervisor proposed."""
    p = make.make_people()
    ticket = make.in_adjudication(p)
    body = {"reason": "F1", "explanation": "诉求无政策依据,已当面说明。", "told_at": NOON.isoformat()}
    take(STEPS["force_close"], ticket, by=p.sv, body=body, now=NOON)
    return p, Ticket.objects.get(pk=ticket.pk)


def test_a_rejected_proposal_leaves_the_ticket_where_it_was_and_tells_who_made_it():
    p, ticket = proposed()

    take(STEPS["reject_proposal"], ticket, by=p.dl, body={"reason": "应再次协调"}, now=NOON)

    ticket.refresh_from_db()
    assert ticket.state == State.ADJUDICATION
    assert Proposal.objects.get(ticket=ticket).status == Proposal.Status.REJECTED
    assert ticket.events.latest("seq").name == "reject_proposal"
    assert Notice.objects.filter(recipient=p.sv, kind="proposal_rejected").exists()


def test_nobody_rejects_his_own_proposal_nor_one_that_is_not_his_to_decide():
    p, ticket = proposed()

    for person in (p.sv, p.rv):
        with pytest.raises((PermissionDenied, Refused)):
            take(STEPS["reject_proposal"], Ticket.objects.get(pk=ticket.pk), by=person, body={"reason": "不同意"}, now=NOON)

    assert Proposal.objects.get(ticket=ticket).status == Proposal.Status.OPEN


def test_the_second_person_hears_of_a_proposal():
    p, ticket = proposed()

    assert Notice.objects.filter(recipient=p.dl, kind="second_person_needed", ticket_no=ticket.ticket_no).exists()


@pytest.mark.parametrize("told_at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_an_impossible_year_is_refused_beside_its_field(told_at):
    p = make.make_people()
    ticket = make.in_review(p)

    with pytest.raises(Invalid) as refusal:
        take(STEPS["confirm_refusal"], ticket, by=p.rv, now=NOON, body={"reason": "R1", "channel": "法院", "told_at": told_at})

    assert "told_at" in refusal.value.form.errors
