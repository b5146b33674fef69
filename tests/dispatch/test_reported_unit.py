"""A matter is not made confidential while the unit that it is about has it: first it is taken away from there."""
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEntry
from dispatch import actions as dispatching
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tickets import steps
from tickets.actions import Refused
from tickets.models import Ticket
from tickets.steps import STEPS


def take(name, ticket, by, now=NOON, **body):
    return steps.take(STEPS[name], Ticket.objects.visible_to(by).get(pk=ticket.pk), by=by, body=body, now=now).ticket


def hold(p, how):
    """An open matter about ZJ or a unit below it, which has it as the lead, a co-unit or a unit below the lead."""
    if how == "lead":
        return make.in_hand(p, target_unit=make.unit("ZJ"))
    if how == "co":
        return make.dispatched(p, to="CG", co_units=["ZJ"], target_unit=make.unit("ZJ-WY"))
    ticket = make.in_hand(p, target_unit=make.unit("ZJ-WY"))
    return dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=make.unit("ZJ-WY"))


@pytest.mark.parametrize("how", ["lead", "co", "child"])
def test_while_the_unit_it_is_about_has_it_no_matter_becomes_confidential(p, how):
    ticket = hold(p, how)
    body = {"is_confidential": "True", "reason": "诉求人害怕"}
    client, url = signed_in(p.rv, "en"), f"/tickets/{ticket.ticket_no}"

    for _time in range(2):
        page = client.post(f"{url}/do/set_confidential/", body | {"version": ticket.version})
        problem = client.post(f"/api/v1{url}/set_confidential/", json.dumps({"is_confidential": True, "reason": "诉求人害怕"}),
                              content_type="application/json")
        assert page.status_code == problem.status_code == 422
        assert "First take it away from there: recall" in page.content.decode()
        assert "First take it away from there: recall" in problem.json()["detail"]

    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.is_confidential, fresh.version) == (False, ticket.version)
    assert AuditEntry.objects.filter(kind="DENIED", what="set_confidential", ticket_no=ticket.ticket_no).count() == 4


def test_taken_back_from_there_it_becomes_confidential_and_goes_elsewhere(p):
    ticket = make.dispatched(p, target_unit=make.unit("ZJ"))
    with pytest.raises(Refused):
        take("set_confidential", ticket, p.op, is_confidential="True", reason="诉求人害怕")

    take("recall", ticket, p.dp, note="诉求人要求保密")
    take("set_confidential", ticket, p.op, is_confidential="True", reason="诉求人害怕")
    moved = take("dispatch", ticket, p.dp, NOON + timedelta(minutes=5), lead_unit="CG", co_units=[], unit_summary=make.SUMMARY)

    assert (moved.is_confidential, moved.lead_unit.code) == (True, "CG")
    assert not Ticket.objects.visible_to(p.li).filter(pk=ticket.pk).exists()


def test_it_stays_with_a_unit_that_it_is_not_about(p):
    ticket = make.in_hand(p, target_unit=make.unit("CG"))

    assert take("set_confidential", ticket, p.op, is_confidential="True", reason="诉求人要求").is_confidential
    assert take("set_confidential", ticket, p.op, is_confidential="True", reason="诉求人要求").is_confidential  # as it was


def test_a_unit_changes_no_confidentiality(p):
    with pytest.raises(PermissionDenied):
        take("set_confidential", make.in_hand(p), p.li, is_confidential="True", reason="x")
