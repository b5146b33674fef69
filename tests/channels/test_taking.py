"""From the inbox to a ticket, to a part of one, or to no matter: through pages, by one operator at a time."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.instant import database_now
from tests import factories as make
from tests.channels.letters import WORDS, arrived, fresh, second_operator, typed
from tests.crowds import cost, signed_in
from tickets import replay
from tickets.channels import handling
from tickets.channels.models import Message
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db
INBOX, NEW = "/messages/", "/tickets/new/"
MINUTE = timedelta(minutes=1)


def at(message, *more):
    return "/".join(["/messages", str(message.pk), *more, ""])


def waiting(p, **fields):
    """What came in half an hour ago."""
    now = database_now()
    return arrived(p, now=now, received_at=now - 30 * MINUTE, **fields)


def taken(p, message, by=None):
    return signed_in(by or p.op, "en").post(at(message, "take"))


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_inbox_shows_what_is_due_first_on_top_and_counts(p):
    now = database_now()
    arrived(p, now=now, source_ref="later", subject="Later one", channel="wechat")
    arrived(p, now=now, source_ref="late", subject="Late one", received_at=now - 180 * MINUTE)

    page = signed_in(p.op, "en").get(INBOX).content.decode()

    assert page.index("Late one") < page.index("Later one")
    assert "late by 1 h 0 min" in page
    assert "<b>2</b>All that waits" in page
    assert "<b>1</b>Late" in page
    assert "<b>1</b>WeChat" in page


def test_filters_of_channel_and_lateness(p):
    waiting(p, source_ref="1", subject="By mail")
    waiting(p, source_ref="2", subject="By WeChat", channel="wechat")
    client = signed_in(p.op, "en")

    assert "By mail" not in client.get(f"{INBOX}?channel=wechat").content.decode()
    assert "No message fits" in client.get(f"{INBOX}?show=late").content.decode()
    assert client.get(f"{INBOX}?channel=nonsense&show=x&page=-1").status_code == 200


def test_people_are_starred_out_until_somebody_has_taken_it(p):
    message = waiting(p, body=f"{WORDS}我的电话是13912345678。")
    client = signed_in(p.op, "en")

    for url in (INBOX, at(message)):
        page = client.get(url).content.decode()
        assert "彭某某" not in page
        assert "13800138000" not in page
        assert "13912345678" not in page
        assert "p***@example.cn" in page
    taken(p, message)
    page = client.get(at(message)).content.decode()
    assert "彭某某" in page
    assert "13912345678" in page
    assert "彭某某" not in signed_in(p.ops, "en").get(at(message)).content.decode(), "only for who has it in hand"


def test_the_inbox_takes_few_queries_however_long_it_is(p):
    for number in range(70):
        waiting(p, source_ref=f"n{number}")
    client = signed_in(p.op)

    assert cost(client, INBOX) <= 10
    assert "page=2" in client.get(INBOX).content.decode()
    assert cost(client, f"{INBOX}?page=2") <= 10


@pytest.mark.parametrize("role", ["rv", "sv", "li", "ad", "dl"])
def test_it_is_for_who_takes_in(p, role):
    message = waiting(p)
    client = signed_in(getattr(p, role))

    assert client.get(INBOX).status_code == client.get(at(message)).status_code == 403
    for act in ("take", "back", "join", "none"):
        assert client.post(at(message, act)).status_code == 403
    assert fresh(message).status == "new"


def test_a_message_that_is_not_there(p):
    client = signed_in(p.op)

    assert client.get("/messages/999999/").status_code == 404
    for act in ("take", "join", "none"):
        body = {"join-ticket_no": "1", "none-reason": "spam"}
        assert client.post(f"/messages/999999/{act}/", body).status_code == 404


# --- taking -------------------------------------------------------------------------------------------------------


def test_taking_opens_the_form_filled_in_and_registering_links_both(p):
    message = waiting(p)
    client = signed_in(p.op, "en")

    answer = taken(p, message)
    page = client.get(answer.headers["Location"]).content.decode()

    assert answer.headers["Location"] == f"{NEW}?message={message.pk}"
    for words in (WORDS, "彭某某", "13800138000", f'name="message" value="{message.pk}"', "Back into the inbox"):
        assert words in page
    assert client.post(NEW, typed(message)).status_code == 302
    ticket, done = Ticket.objects.get(), fresh(message)
    assert (done.status, done.ticket, done.handled_by, done.taken_by) == ("ticket", ticket, p.op, None)
    assert (ticket.channel, ticket.source_ref, ticket.received_at) == ("email", message.source_ref, message.received_at)
    assert (ticket.state, ticket.caller.phone) == ("pending_review", "13800138000")


def test_its_clock_of_acceptance_counts_from_when_it_came_in_and_the_trail_proves_it(p):
    message = waiting(p)
    taken(p, message)
    signed_in(p.op).post(NEW, typed(message))

    ticket = Ticket.objects.get()
    clock = Clock.objects.get(ticket=ticket, kind="ACCEPT")
    assert (clock.started_at, clock.due_at, clock.status) == (message.received_at, message.due_at, "met")
    played = replay.play(ticket, list(ticket.events.order_by("seq")), replay.Known.read())
    assert list(replay.differences(list(ticket.clocks.order_by("pk")), played)) == []


def test_a_draft_of_a_late_message_is_late_at_once(p):
    now = database_now()
    message = arrived(p, now=now, received_at=now - 180 * MINUTE)
    taken(p, message)

    signed_in(p.op).post(NEW, typed(message, act="draft"))

    assert (Ticket.objects.get().state, fresh(message).status) == ("draft", "ticket")
    assert Clock.objects.get(kind="ACCEPT").late_at(now)


def test_a_question_is_answered_at_once(p):
    message = waiting(p)
    taken(p, message)

    signed_in(p.op).post(NEW, typed(message, act="answer", type="consult", category="010201", answer="已向您说明办理所需的材料。",
                                    caller_understood="on"))

    assert (Ticket.objects.get().state, fresh(message).status) == ("closed", "ticket")


def test_the_form_cannot_say_another_channel_than_the_message(p):
    message = waiting(p, channel="wechat", source_ref="wx-1")
    taken(p, message)

    signed_in(p.op).post(NEW, typed(message, channel="letter"))

    assert Ticket.objects.get().channel == "wechat"


def test_a_colleague_sees_who_is_taking_it_and_cannot(p):
    message, other = waiting(p), second_operator()
    taken(p, message)

    answer = taken(p, message, by=other)

    assert answer.status_code == 409
    assert f"{p.op.display_name} is taking this message." in answer.content.decode()
    assert f"{p.op.display_name} is taking it" in signed_in(other, "en").get(INBOX).content.decode()
    assert signed_in(other).get(f"{NEW}?message={message.pk}").status_code == 404
    assert signed_in(other, "en").post(NEW, typed(message)).status_code == 409
    assert signed_in(other, "en").post(at(message, "none"), {"none-reason": "spam"}).status_code == 409
    assert not Ticket.objects.exists()


def test_after_ten_minutes_it_is_free_again_and_who_comes_back_reads_why(p):
    message, other = waiting(p), second_operator()
    taken(p, message)
    Message.objects.update(taken_until=database_now() - MINUTE)

    assert taken(p, message, by=other).status_code == 302

    answer = signed_in(p.op, "en").post(NEW, typed(message))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{other.display_name} is taking this message." in page
    assert WORDS in page, "what was typed is still there"


def test_who_is_slow_but_alone_still_registers_it(p):
    message = waiting(p)
    taken(p, message)
    Message.objects.update(taken_until=database_now() - MINUTE)

    assert signed_in(p.op).post(NEW, typed(message)).status_code == 302


def test_a_form_that_was_wrong_keeps_it_in_hand_for_longer(p):
    message = waiting(p)
    taken(p, message)
    soon = database_now() + MINUTE
    Message.objects.update(taken_until=soon)

    answer = signed_in(p.op, "en").post(NEW, typed(message, content="短"))

    assert answer.status_code == 422
    assert "From a message" in answer.content.decode()
    assert fresh(message).taken_until > soon


def test_the_same_form_twice_is_one_ticket_and_another_form_is_refused(p):
    message = waiting(p)
    taken(p, message)
    client = signed_in(p.op, "en")

    answers = [client.post(NEW, typed(message)) for _twice in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert client.post(NEW, typed(message, key="another", duplicate_checked="on")).status_code == 409
    assert Ticket.objects.count() == 1


def test_a_ticket_that_an_import_made_meanwhile_is_not_made_twice(p):
    message = waiting(p, channel="portal", source_ref="p-1")
    taken(p, message)
    make.draft(p, channel="portal", source_ref="p-1")

    answer = signed_in(p.op, "en").post(NEW, typed(message))

    assert answer.status_code == 409
    assert "is a ticket already" in answer.content.decode()


def test_giving_back_and_taking_another_free_it(p):
    first, second = waiting(p, source_ref="1"), waiting(p, source_ref="2")
    taken(p, first)
    taken(p, second)
    assert (fresh(first).status, fresh(second).status) == ("new", "taken"), "nobody hoards"

    signed_in(p.op).post(at(second, "back"))

    assert fresh(second).status == "new"


def test_a_long_letter_is_cut_in_the_form_and_whole_on_the_page_of_the_ticket(p):
    message = waiting(p, body="水" * 1999 + "管爆裂,请尽快来修。电话13912345678", subject="")
    page = signed_in(p.op, "en").get(taken(p, message).headers["Location"]).content.decode()
    assert "原文共" in page
    signed_in(p.op).post(NEW, typed(message, content=message.body[:2000]))

    shown = signed_in(p.op, "en").get(f"/tickets/{Ticket.objects.get().ticket_no}/").content.decode()

    assert "How it came in" in shown
    assert "管爆裂,请尽快来修" in shown
    assert "13912345678" not in shown


def test_a_new_form_without_a_message_is_as_before(p):
    client = signed_in(p.op, "en")

    assert "From a message" not in client.get(NEW).content.decode()
    for odd in ("x", "0", "9" * 30, "-1", "１"):
        assert client.get(NEW, {"message": odd}).status_code == 404
        assert client.post(NEW, {"message": odd, "act": "draft"}).status_code in (302, 409, 422)


# --- a part of a ticket, or no matter -------------------------------------------------------------------------------


def test_its_words_are_added_to_a_ticket(p):
    ticket, message = make.in_hand(p), waiting(p, source_ref="m-7")

    answer = signed_in(p.op, "en").post(at(message, "join"), {"join-ticket_no": ticket.ticket_no}, follow=True)

    assert ticket.ticket_no in answer.content.decode()
    assert (fresh(message).status, fresh(message).ticket) == ("joined", ticket)
    note = ticket.events.get(name="add_supplement").note
    assert "m-7" in note
    assert WORDS in note
    page = signed_in(p.op, "en").get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "How it came in" in page


def test_several_messages_may_belong_to_one_ticket(p):
    ticket = make.in_hand(p)
    for number in ("1", "2"):
        message = waiting(p, source_ref=number)
        handling.join(message.pk, by=p.op, now=database_now(), ticket_no=ticket.ticket_no, text="又来信催问。")

    assert ticket.messages.count() == 2


@pytest.mark.parametrize("which", ["closed", "somebody else's", "none"])
def test_what_takes_no_addition_leaves_the_message_where_it_is(p, which):
    other = second_operator()
    ticket_no = {"closed": lambda: make.closed(p).ticket_no, "somebody else's": lambda: make.in_hand(p).ticket_no,
                 "none": lambda: "99"}[which]()
    message, by = waiting(p), other if which == "somebody else's" else p.op

    answer = signed_in(by, "en").post(at(message, "join"), {"join-ticket_no": ticket_no})

    assert answer.status_code == 422
    assert fresh(message).status == "new"


def test_no_matter_needs_a_reason_and_a_duplicate_its_ticket(p):
    client, message, ticket = signed_in(p.op, "en"), waiting(p), make.in_hand(p)

    assert client.post(at(message, "none"), {}).status_code == 422
    assert client.post(at(message, "none"), {"none-reason": "duplicate"}).status_code == 422
    assert client.post(at(message, "none"), {"none-reason": "duplicate", "none-ticket_no": "99"}).status_code == 422
    assert fresh(message).status == "new"
    client.post(at(message, "none"), {"none-reason": "duplicate", "none-ticket_no": ticket.ticket_no, "none-note": "同一封信"})

    done = fresh(message)
    assert (done.status, done.reason, done.ticket, done.note, done.handled_by) == (
        "no_matter", "duplicate", ticket, "同一封信", p.op)
    assert not ticket.events.filter(name="add_supplement").exists()


@pytest.mark.parametrize("act", ["take", "none", "join"])
def test_what_is_handled_is_handled_once(p, act):
    message, ticket = waiting(p), make.in_hand(p)
    handling.no_matter(message.pk, by=p.op, now=database_now(), reason="thanks")

    answer = signed_in(p.op, "en").post(at(message, act), {"none-reason": "spam", "join-ticket_no": ticket.ticket_no})

    assert answer.status_code == 409
    assert "has handled this message already" in answer.content.decode()
    assert fresh(message).reason == "thanks"


def test_what_became_a_ticket_is_read_by_who_may_read_the_ticket(p):
    message, other = waiting(p), second_operator()
    taken(p, message)
    signed_in(p.op).post(NEW, typed(message))

    assert signed_in(p.op).get(at(message)).status_code == 200
    assert signed_in(other).get(at(message)).status_code == 404
    assert "屋顶漏水" in signed_in(p.op).get(f"{INBOX}?show=handled").content.decode()
    assert "屋顶漏水" not in signed_in(other).get(f"{INBOX}?show=handled").content.decode()


def test_units_read_where_a_ticket_came_from_and_not_who_wrote(p):
    ticket, message = make.in_hand(p), waiting(p)
    handling.join(message.pk, by=p.op, now=database_now(), ticket_no=ticket.ticket_no, text="又来信催问。")

    page = signed_in(p.li, "en").get(f"/tickets/{ticket.ticket_no}/").content.decode()

    assert "How it came in" in page
    assert "example.cn</" not in page.split("How it came in")[1].split("</section>")[0].replace(message.source_ref, "")


def test_roles_are_asked_in_the_action_too(p):
    message = waiting(p)


    with pytest.raises(PermissionDenied):
        handling.take(message.pk, by=p.rv, now=database_now())
