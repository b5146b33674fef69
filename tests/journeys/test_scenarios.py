"""Scenarios 6, 7, 8, 9, 10 and 14 of SPEC 10: what goes wrong between units, told through the one door of pages and API."""
from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Membership
from dispatch import patterns
from notices.models import Notice
from tests import factories as make
from tests.audited import codes
from tests.factories import NOON
from tests.tickets.bodies import TEXT
from tickets import ledger, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.marks import marks_of
from tickets.models import Ticket
from tickets.steps import STEPS

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CITIZENS = ("RESPONSE", "COMPLETION")


@pytest.fixture
def p():
    yield make.make_people()
    assert codes(NOON) <= {"C6", "I12"}  # no sweep runs here, and a trigger is off in tests


def do(ticket, name, who, now=NOON, **body):
    return steps.take(STEPS[name], Ticket.objects.visible_to(who).get(pk=ticket.pk), by=who, body=body, now=now).ticket


def due(ticket):
    return dict(ticket.clocks.filter(kind__in=CITIZENS).values_list("kind", "due_at"))


def giving_back(unit):
    return {"reason_code": "not_our_duty", "reason": TEXT, "legal_basis": "三定方案", "suggested_unit": unit}


def test_6_a_ticket_that_two_units_return_goes_to_the_third_for_good_and_the_citizen_s_time_never_stops(p):
    ticket = make.in_dispatch(p)
    promised = due(ticket)
    second, third = make.make_user("LI", "CG"), make.make_user("LI", "HB")

    ticket = do(ticket, "dispatch", p.dp, NOON, lead_unit="ZJ")
    do(ticket, "request_return", p.li, NOON + 20 * MINUTE, **giving_back("CG"))
    do(ticket, "approve_return", p.dp, NOON + 30 * MINUTE)
    with pytest.raises(Refused):  # not to a unit that has returned it
        do(ticket, "dispatch", p.dp, NOON + 35 * MINUTE, lead_unit="ZJ")
    do(ticket, "dispatch", p.dp, NOON + 40 * MINUTE, lead_unit="CG")
    do(ticket, "request_return", second, NOON + 50 * MINUTE, **giving_back("HB"))
    do(ticket, "approve_return", p.dp, NOON + HOUR)
    with pytest.raises(Refused):  # the third time it takes a ruling
        do(ticket, "dispatch", p.dp, NOON + HOUR, lead_unit="HB")
    do(ticket, "escalate_return", p.dp, NOON + 65 * MINUTE, reason="已两次退单")
    do(ticket, "designate", p.sv, NOON + 95 * MINUTE, lead_unit="HB", ruling="依据职责清单,指定该单位承办,不得再退。")
    do(ticket, "sign", third, NOON + 100 * MINUTE)
    with pytest.raises(Refused):
        do(ticket, "request_return", third, NOON + 105 * MINUTE, **giving_back("ZJ"))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.return_count, ticket.return_locked) == ("handling", 2, True)
    assert due(ticket) == promised
    held = Counter()
    units = {unit.pk: unit.code for unit in (make.unit("ZJ"), make.unit("CG"), make.unit("HB"))}
    for (_holder, unit_id), seconds in ledger.totals(ledger.bookings(list(ticket.events.order_by("seq")), NOON + 2 * HOUR)):
        held[units.get(unit_id, "desk")] += seconds / 60
    print(f"\nminutes held: {dict(held)}")
    assert held == {"ZJ": 20, "CG": 10, "HB": 25, "desk": 65}


def test_7_a_unit_that_claims_a_withdrawal_which_the_citizen_denies_has_the_ticket_back_and_a_flag(p):
    ticket = make.in_hand(p)
    promised = due(ticket)

    do(ticket, "request_withdraw", p.li, reason="来电人说不用办了")
    do(ticket, "record_withdrawal_answer", p.cb, confirmed="no")
    ticket = do(ticket, "withdraw_denied", p.cb, NOON + HOUR)

    assert (ticket.state, ticket.integrity_flag, due(ticket)) == ("handling", True, promised)
    with pytest.raises(AlreadyMoved):
        do(ticket, "withdraw_late", p.cb, NOON + HOUR)


def texts(ticket):
    return [str(text) for text, _tone, _icon in marks_of(ticket)]


def counts(ticket):
    ticket.refresh_from_db()
    return ticket.repeat_count, ticket.remind_count, ticket.reporter_count


def test_8_who_calls_again_three_times_has_one_ticket_and_neighbours_make_it_a_matter_of_several(p):
    master = make.dispatched(p)
    for number in (1, 2):
        again = make.in_review(p, NOON + number * HOUR)
        do(again, "merge_into", p.rv, NOON + number * HOUR, master=master.ticket_no)
        assert counts(master) == (number, 0, 1)
    do(master, "remind", p.op, NOON + 3 * HOUR, note="来电人第三次催问")
    assert counts(master) == (3, 1, 1)
    assert [str(text) for text, _tone, _icon in marks_of(master)] == ["重复第3次"]

    for number, name in enumerate(("郭某", "林某"), start=1):
        neighbour = make.in_review(p, NOON + 4 * HOUR, contact_phone=f"1390013900{number}", caller_name=name)
        do(neighbour, "merge_into", p.rv, NOON + 4 * HOUR, master=master.ticket_no)
    patterns.scan(now=NOON + 5 * HOUR)

    assert counts(master) == (5, 1, 3)
    assert master.key_supervision
    assert [str(text) for text, _tone, _icon in marks_of(master)] == ["重复第5次", "多人反映（3人）", "重点督办"]
    assert Ticket.objects.exclude(state="merged").count() == 1


def test_9_three_matters_of_one_caller_are_three_tickets(p):
    for category in ("010201", "010501", "020101"):
        make.in_review(p, category=make.category(category))

    assert Ticket.objects.filter(state="pending_review").count() == 3
    assert len(set(Ticket.objects.values_list("phone_hash", flat=True))) == 1


SECRETS = ("彭晓明", "13800138000", "110105194912310021", "江畔小区3栋502")


def confidential(p):
    words = f"我叫{SECRETS[0]},住{SECRETS[3]},身份证{SECRETS[2]},电话{SECRETS[1]},举报队长收钱。"
    return make.in_hand(p, type="report", is_confidential=True, caller_name=SECRETS[0], contact_phone=SECRETS[1],
                        address=SECRETS[3], content=words, target_unit=make.unit("CG"))


def leaks(text):
    return [secret for secret in SECRETS if secret in text]


def excel(browser):
    """The rows of all that this user sees, as text."""
    answer = browser.post("/tickets/", {"act": "export", "reason": "核对"})
    assert answer.status_code == 200
    found = load_workbook(BytesIO(b"".join(answer)))
    return str([[cell.value for cell in row] for sheet in found for row in sheet])


def test_10_who_reported_in_confidence_is_found_nowhere_by_the_unit(p):
    reported = make.in_dispatch(p, type="report", is_confidential=True, target_unit=make.unit("ZJ"))
    with pytest.raises(Refused):
        do(reported, "dispatch", p.dp, lead_unit="ZJ", unit_summary=make.SUMMARY)
    ticket, texts = confidential(p), {}
    for user in (p.li, p.hd, p.ul):
        browser = Client()
        browser.force_login(user)
        for path in (f"/tickets/{ticket.ticket_no}/", f"/tickets/{ticket.ticket_no}/do/record_contact/", "/desk/unit/", "/tickets/",
                     "/notices/", f"/api/v1/tickets/{ticket.ticket_no}/", "/api/v1/tickets/"):
            answer = browser.get(path)
            assert answer.status_code == 200, path
            texts[f"{user.username} {path}"] = answer.content.decode()
        texts[f"{user.username} excel"] = excel(browser)
        texts |= {f"notice {notice.pk}": f"{notice.params} {notice.address}" for notice in Notice.objects.filter(recipient=user)}

    assert {place: leaks(text) for place, text in texts.items() if leaks(text)} == {}
    assert all(ticket.ticket_no in text for place, text in texts.items() if place.endswith("excel"))


def refused(ticket, name, who, **body):
    with pytest.raises((Refused, PermissionDenied)):
        do(ticket, name, who, **body)


def test_14_nobody_decides_alone_over_what_he_asked_for(p):
    Membership.objects.create(user=p.op, unit=make.unit("RX"), role="RV")
    refused(make.in_review(p), "confirm_refusal", p.op, reason="R4", channel="人民法院", told_at=NOON.isoformat())

    held = make.in_hand(p)
    do(held, "request_extension", p.ul, hours=4, reason="需要采购材料", citizen_told_at=NOON.isoformat())
    Membership.objects.create(user=p.ul, unit=make.unit("RX"), role="SV")
    refused(held, "decide_extension", p.ul, approved="yes", decision="同意")
    assert do(held, "decide_extension", p.sv, approved="yes", decision="同意").state == "handling"

    ended = make.in_adjudication(p)
    do(ended, "force_close", p.sv, reason="F1", explanation=TEXT, told_at=NOON.isoformat())
    Membership.objects.create(user=p.sv, unit=make.unit("RX"), role="DL")
    refused(ended, "force_close", p.sv)
    assert do(ended, "force_close", p.dl).state == "closed"
