"""The bar, the screen that a call opens, the ledger and the handover sheet."""
from datetime import timedelta

import pytest

from tests import factories as make
from tests.crowds import cost, queries_of, signed_in
from tests.factories import NOON
from tests.telephony import calls
from tests.tickets.test_intake_screen import typed
from tickets.models import Call, Ticket
from tickets.telephony import ledger, seats, signing

SECOND = timedelta(seconds=1)
NUMBER = "13700137000"


def talking(user, call_id="c1", number=NUMBER):
    call = calls.rings(call_id, number=number)
    calls.answers(call_id)
    return Call.objects.get(pk=call.pk)


def bar(user):
    return signed_in(user, "en").get("/calls/bar/").content.decode()


def test_the_bar_says_who_calls_without_saying_it(p):
    make.in_review(p, contact_phone=NUMBER, caller_name="司马相如", caller_gender="male")
    make.in_review(p, contact_phone=NUMBER, caller_name="内部人士", caller_gender="male", is_confidential=True)
    calls.sits(p.op)
    call = calls.rings(number=NUMBER)

    page = bar(p.op)

    assert "137****7000" in page and NUMBER not in page
    assert "Mr 司马" in page and "司马相如" not in page and "内" not in page
    assert "2 calls before" in page and f"?call={call.call_no}" in page and "data-rings" in page
    assert call.call_no not in bar(p.ops)
    assert signed_in(p.rv).get("/calls/bar/").status_code == 403


def test_the_screen_takes_the_number_of_the_call_and_no_other(p):
    calls.sits(p.op)
    call = talking(p.op)
    client = signed_in(p.op, "en")

    page = client.get(f"/tickets/new/?call={call.call_no}").content.decode()
    assert f'value="{NUMBER}"' in page and "readonly" in page and f'name="call" value="{call.call_no}"' in page

    client.post("/tickets/new/", typed(call=call.call_no, caller_number="13911111111"))

    call.refresh_from_db()
    ticket = Ticket.objects.latest("pk")
    assert (call.ticket, call.disposition, call.caller_number) == (ticket, "ticket", NUMBER)
    assert ticket.caller.phone == NUMBER
    assert Call.objects.filter(ticket=ticket).count() == 1, "a call is in the ledger once"
    assert ticket.events.get(name="create").data["call"] == call.call_no


def test_saving_ends_the_wrap_up_and_a_second_matter_writes_no_second_call(p):
    calls.sits(p.op)
    call = talking(p.op)
    calls.take("hung_up", at=NOON + SECOND)
    assert seats.seat_of(p.op).mode == "wrap_up"
    client = signed_in(p.op)

    client.post("/tickets/new/", typed(call=call.call_no))
    assert seats.seat_of(p.op).mode == "ready"
    first, count = Ticket.objects.latest("pk"), Call.objects.count()
    client.post("/tickets/new/", typed(call=call.call_no, key="k2", content="另一件事：小区门口路灯不亮已经一周了。",
                                        duplicate_checked="on"))

    call.refresh_from_db()
    assert Ticket.objects.latest("pk") != first
    assert (call.ticket, Call.objects.count()) == (first, count)


def test_a_call_of_somebody_else_opens_no_screen(p):
    calls.sits(p.op)
    call = talking(p.op)
    other = signed_in(p.ops)

    tickets = Ticket.objects.count()
    assert other.get(f"/tickets/new/?call={call.call_no}").status_code == 404
    assert other.post("/tickets/new/", typed(call=call.call_no)).status_code == 404
    assert other.post(f"/calls/{call.call_no}/settle/", {"disposition": "silent"}).status_code == 404
    assert other.post(f"/calls/{call.call_no}/transfer/", {"line": "120", "result": "busy"}).status_code == 404
    assert Ticket.objects.count() == tickets


def test_one_key_says_what_a_call_was(p):
    calls.sits(p.op)
    call = talking(p.op)
    client = signed_in(p.op, "en")
    assert 'data-key="alt+shift+s"' in client.get("/calls/bar/").content.decode()

    client.post(f"/calls/{call.call_no}/settle/", {"disposition": "wrong_number"})

    call.refresh_from_db()
    assert call.disposition == "wrong_number" and "alt+shift+s" not in bar(p.op)
    for nonsense in ({}, {"disposition": "ticket"}, {"disposition": "x" * 99}):
        assert client.post(f"/calls/{call.call_no}/settle/", nonsense).status_code == 302


def test_no_matter_in_the_call_settles_that_call(p):
    calls.sits(p.op)
    call, count = talking(p.op), Call.objects.count()

    signed_in(p.op).post("/tickets/new/", {"act": "invalid", "call": call.call_no, "call-disposition": "silent", "call-note": "无声"})

    call.refresh_from_db()
    assert (call.disposition, call.note, Call.objects.count()) == ("silent", "无声", count)


def test_a_connection_is_on_the_call_and_on_the_trail_of_its_ticket(p):
    calls.sits(p.op)
    call = talking(p.op)
    client = signed_in(p.op, "en")

    client.post(f"/calls/{call.call_no}/transfer/", {"line": "120", "result": "connected", "note": "老人晕倒"})
    client.post("/tickets/new/", typed(call=call.call_no))
    client.post(f"/calls/{call.call_no}/transfer/", {"line": "110", "result": "no_answer"})
    assert client.post(f"/calls/{call.call_no}/transfer/", {"line": "911", "result": "busy"}).status_code == 302

    ticket = Ticket.objects.latest("pk")
    assert list(call.transfers.order_by("pk").values_list("line", "result", "by")) == [
        ("120", "connected", p.op.pk), ("110", "no_answer", p.op.pk)]
    assert [(one.data["line"], one.note) for one in ticket.events.filter(name="phone_transfer").order_by("seq")] == [
        ("120", "老人晕倒"), ("110", "")]
    page = client.get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "connected the caller to an emergency line" in page and "120 ambulance" in page


def test_a_ticket_that_is_over_is_left_alone(p):
    calls.sits(p.op)
    call = talking(p.op)
    client = signed_in(p.op)
    client.post("/tickets/new/", typed(call=call.call_no, act="answer", type="consult", answer="请携带身份证到街道便民服务中心办理。",
                                       caller_understood="on"))
    ticket = Ticket.objects.latest("pk")
    assert ticket.state == "closed"

    ledger.connect(call.pk, by=p.op, now=NOON, line="110", result="busy")

    assert call.transfers.count() == 1 and not ticket.events.filter(name="phone_transfer").exists()


def test_the_ledger_shows_each_his_own_and_never_a_number(p):
    calls.sits(p.op)
    calls.sits(p.ops, "8002")
    mine = talking(p.op)
    theirs = calls.rings("c2", "8002", NUMBER)

    pages = {who: signed_in(getattr(p, who), "en").get("/calls/").content.decode() for who in ("op", "ops", "sv", "qi")}

    assert mine.call_no in pages["op"] and theirs.call_no not in pages["op"]
    assert all(one.call_no in pages[who] for one in (mine, theirs) for who in ("ops", "sv", "qi"))
    assert not any(NUMBER in page for page in pages.values())
    for who in ("rv", "li", "cb", "au"):
        assert signed_in(getattr(p, who)).get("/calls/").status_code == 403


def test_a_leader_of_another_team_does_not_see_the_call(p):
    calls.sits(p.op)
    call = talking(p.op)
    stranger = make.make_user("OPS", "RX-HF")

    assert call.call_no not in signed_in(stranger).get("/calls/").content.decode()


def test_the_ledger_is_narrowed_paged_and_cheap(p, monkeypatch):
    from tickets.telephony import book
    calls.sits(p.op)
    for n in range(7):
        talking(p.op, f"c{n}")
    Call.objects.filter(phone__source_id="c0").update(disposition="silent")
    client = signed_in(p.op, "en")
    monkeypatch.setattr(book, "PAGE", 3)

    page = client.get("/calls/", {"day": "2026-03-02"}).content.decode()
    assert page.count('<td class="num">20260302') <= 3 or "rel=\"next\"" in page
    seen, address = [], "/calls/"
    while address:
        context = client.get(address).context
        seen += [line.call.pk for line in context["lines"]]
        address = f"/calls/{context['following']}" if context["following"] else ""
    assert seen == sorted(set(seen), reverse=True) and len(seen) == Call.objects.filter(operator=p.op).count()
    assert [line.call.phone.source_id for line in client.get("/calls/?disposition=silent").context["lines"]] == ["c0"]
    for nonsense in ("?day=x&before=x", "?before=99999999999999999999", "?disposition=sneezed", "?day=0001-01-01"):
        assert client.get(f"/calls/{nonsense}").status_code == 200
    monkeypatch.setattr(book, "PAGE", 50)
    assert cost(client, "/calls/") <= 10


def test_the_handover_sheet_says_what_the_shift_leaves_behind(p):
    calls.sits(p.op)
    call = talking(p.op)
    Call.objects.filter(pk=call.pk).update(started_at=NOON)
    draft = make.draft(p, title="路灯不亮的草稿")
    critical = make.in_review(p, title="燃气泄漏", urgency="critical")
    ledger.connect(call.pk, by=p.op, now=NOON, line="119", result="connected")
    leader = signed_in(p.ops, "en")

    period = {"since": "2026-03-02T08:30", "until": "2026-03-02T20:00"}
    page = leader.get("/calls/handover/", period).content.decode()

    for piece in (draft.ticket_no, critical.ticket_no, call.call_no, "119 fire", p.op.display_name, "Not settled yet"):
        assert piece in page, piece
    assert NUMBER not in page
    assert leader.get("/calls/handover/", {"since": "2026-03-02T20:00", "until": "2026-03-02T08:30"}).status_code == 422
    assert leader.get("/calls/handover/", {"since": "x"}).status_code == 422
    assert signed_in(p.op).get("/calls/handover/").status_code == 403
    assert cost(leader, "/calls/handover/", data=period) <= 20


def test_the_screen_stays_within_twenty_queries(p):
    calls.sits(p.op)
    call = talking(p.op)
    client = signed_in(p.op)
    client.get("/tickets/new/")

    assert queries_of(lambda: client.get(f"/tickets/new/?call={call.call_no}")) <= 20


# --- the simulator of the demo ---------------------------------------------------------------------------------------


def test_the_simulator_is_there_in_the_demo_only(p, settings):
    settings.HOTLINE_DEMO = False
    assert signed_in(p.op).get("/calls/telephone/").status_code == 404
    settings.HOTLINE_DEMO = True
    assert signed_in(p.op).get("/calls/telephone/").status_code == 200
    assert signed_in(p.rv).get("/calls/telephone/").status_code == 403


def test_the_simulator_rings_is_answered_and_hung_up(p, settings):
    settings.HOTLINE_DEMO = True
    calls.sits(p.op)
    client = signed_in(p.op, "en")
    press = lambda act, **more: client.post("/calls/telephone/", {"act": act, "number": NUMBER} | more)  # noqa: E731

    assert press("answer").status_code == 200  # nobody has called: said on the page
    assert press("ring", number="no number").status_code == 422
    press("ring")
    assert seats.seat_of(p.op).call.caller_number == NUMBER
    assert "rings" in client.get("/calls/telephone/").content.decode()
    press("answer")
    assert seats.seat_of(p.op).mode == "busy"
    press("hang_up")
    assert seats.seat_of(p.op).mode == "wrap_up"
    press("record")
    assert Call.objects.latest("pk").phone.recording.endswith(".wav")
    assert press("hang_up").status_code == 200 and press("dance").status_code == 200


def test_numbers_are_links_to_dial_and_asked_of_the_telephone_where_there_is_one(p, settings):
    ticket = make.in_review(p, contact_phone=NUMBER)
    calls.sits(p.op)

    page = signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert f'href="tel:{NUMBER}"' in page and "/dial/" not in page
    assert signed_in(p.op).post(f"/tickets/{ticket.ticket_no}/dial/").status_code == 404
    assert "tel:" not in signed_in(p.rv).get(f"/tickets/{ticket.ticket_no}/").content.decode()

    settings.TELEPHONY = {"adapter": "webhook", "address": "http://127.0.0.1:9/", "user": "", "password": "x"}
    page = signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "/dial/" in page and "tel:" not in page
    answer = signed_in(p.op, "en").post(f"/tickets/{ticket.ticket_no}/dial/", {"which": "phone"}, follow=True)
    assert "does not answer" in answer.content.decode()
    assert signed_in(p.ops).post(f"/tickets/{ticket.ticket_no}/dial/").status_code == 404  # masked for him


@pytest.mark.parametrize(("secret", "stale", "is_right"), [(calls.SECRET, 0, True), ("x" * 40, 0, False), (calls.SECRET, 301, True)])
def test_signatures(secret, stale, is_right):
    sent = signing.headers(secret, b"{}", now=NOON - timedelta(seconds=stale))

    assert signing.is_signed(calls.SECRET, sent, b"{}") is is_right
    assert signing.is_fresh(sent, now=NOON) is (stale == 0)
    assert not signing.is_signed(calls.SECRET, sent, b"{} ")
