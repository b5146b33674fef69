"""三级处置: what is harder is led by somebody higher."""
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Membership
from dispatch.difficulty import judge_difficulty
from notices.models import Notice
from tests import factories as make
from tests.crowds import signed_in
from tests.dispatch.ladders import after
from tickets import steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
GIVEN = {"difficulty": "composite", "reason": "产权人有三个,需要分管领导协调"}


def take(ticket, person, minutes=10, **fields):
    return steps.take(steps.STEPS["judge_difficulty"], Ticket.objects.get(pk=ticket.pk), by=person, now=after(minutes),
                      body={**GIVEN, "leader": "", **fields})


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_a_composite_matter_has_a_leader_who_hears_of_it_and_signs_the_reply(p):
    ticket = make.in_hand(p)
    take(ticket, p.li, leader=p.ul.username)

    assert (fresh(ticket).difficulty, fresh(ticket).case_owner) == ("composite", p.ul)
    assert set(Notice.objects.filter(kind="difficult", channel="inapp").values_list("recipient", flat=True)) == {p.ul.pk}
    assert ticket.events.get(name="judge_difficulty").note == GIVEN["reason"]
    offer = next(offer for offer in steps.offers(fresh(ticket), p.li) if offer.step.name == "submit_reply")
    assert offer.mode == "propose"


def test_before_it_the_section_replies_alone(p):
    offer = next(offer for offer in steps.offers(make.in_hand(p), p.li) if offer.step.name == "submit_reply")

    assert offer.mode == "act"


def test_of_a_hard_matter_the_supervisors_hear_too(p):
    ticket = make.in_hand(p)
    take(ticket, p.ul, difficulty="hard", leader=p.ul.username)

    heard = set(Notice.objects.filter(kind="difficult", channel="inapp").values_list("recipient__username", flat=True))
    assert p.sv.username in heard
    assert p.ul.username not in heard  # he did it himself


def test_a_leader_has_to_be_named_and_to_lead_the_unit_or_one_above(p):
    ticket, stranger, above = make.in_hand(p), make.make_user("UL", "CG"), make.make_user("UL", "QF")

    with pytest.raises(steps.Invalid) as wrong:
        take(ticket, p.li)
    assert "leader" in wrong.value.form.errors
    with pytest.raises(steps.Invalid) as wrong:
        take(ticket, p.li, leader=stranger.username)
    assert "leader" in wrong.value.form.errors
    with pytest.raises(Refused):
        judge_difficulty(ticket.pk, by=p.li, now=after(5), difficulty="hard", reason="复杂", leader=stranger)
    with pytest.raises(Refused):
        judge_difficulty(ticket.pk, by=p.li, now=after(5), difficulty="hard", reason="复杂")
    assert fresh(ticket).case_owner is None

    take(ticket, p.li, leader=above.username)
    assert fresh(ticket).case_owner == above


def test_only_a_leader_or_a_supervisor_makes_it_easier_again(p):
    ticket = make.in_hand(p)
    take(ticket, p.li, leader=p.ul.username)

    with pytest.raises(steps.Invalid) as wrong:
        take(ticket, p.hd, 20, difficulty="general")
    assert "difficulty" in wrong.value.form.errors
    take(ticket, p.sv, 30, difficulty="general")

    assert (fresh(ticket).difficulty, fresh(ticket).case_owner) == ("general", p.ul)  # who led it is not forgotten


def test_strangers_wrong_roles_and_wrong_states(p):
    ticket = make.in_hand(p)
    with pytest.raises(PermissionDenied):
        take(ticket, p.op, difficulty="general")
    with pytest.raises(AlreadyMoved):
        take(make.replied(p), p.li, difficulty="general")
    page = reverse("tickets:do", args=[ticket.ticket_no, "judge_difficulty"])
    assert signed_in(make.make_user("LI", "CG")).get(page).status_code == 404


def test_the_form_offers_the_leaders_and_keeps_what_was_typed(p):
    ticket = make.in_hand(p)
    page, client = reverse("tickets:do", args=[ticket.ticket_no, "judge_difficulty"]), signed_in(p.li)
    assert p.ul.display_name in client.get(page).content.decode()
    assert Membership.objects.filter(user=p.ul, role="UL").exists()

    answer = client.post(page, GIVEN | {"version": ticket.version})

    assert answer.status_code == 422
    assert "请指定牵头领导" in answer.content.decode()
    assert GIVEN["reason"] in answer.content.decode()
