"""The caller's matter is there already: joined, urged, added to or followed up, through the page and the steps everybody takes."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch import patterns
from dispatch.models import Reminder
from insights import invariants
from tests import factories as make
from tests.channels.letters import arrived
from tests.crowds import signed_in
from tests.similar.test_panel import HOUR, ago, of_neighbour
from tests.telephony import calls
from tests.tickets.test_intake_screen import typed
from tickets.channels import handling
from tickets.marks import marks_of
from tickets.models import Call, IntakeDraft, Recognition, Ticket

CALLER, NEIGHBOUR = "13800138000", "13900139000"


def says(user, ticket, how, **fields):
    """The operator presses one of the buttons beside the form."""
    key = f"{how}-{Recognition.objects.count()}-{Ticket.objects.count()}"
    return signed_in(user).post(f"/tickets/{ticket.ticket_no}/recognise/{how}/", typed(key=key) | fields, follow=False)


def counts(ticket):
    ticket.refresh_from_db()
    return ticket.repeat_count, ticket.remind_count, ticket.reporter_count


def texts(ticket):
    return [str(text) for text, _tone, _icon in marks_of(ticket)]


def calls_of(number):
    from accounts.privacy import phone_hash
    return Call.objects.filter(number_hash=phone_hash(number)).count()


def test_8_a_caller_who_calls_thrice_and_his_neighbour_have_one_ticket(p):
    master = make.dispatched(p, ago(3 * HOUR))

    for time in (1, 2):  # he calls again, and once more
        answer = says(p.op, master, "urge", content="", demand="")
        assert answer.headers["Location"] == f"/tickets/{master.ticket_no}/"
        assert counts(master) == (time, time, 1)
    assert texts(master) == ["重复第2次"]
    assert says(p.op, master, "join", caller_number=NEIGHBOUR, caller_name="郭某").status_code == 302

    assert counts(master) == (3, 2, 2)
    assert texts(master) == ["重复第3次", "多人反映（2人）"]
    assert Ticket.objects.exclude(state="merged").count() == 1
    assert Reminder.objects.filter(ticket=master, kind=Reminder.Kind.REPEAT_CALL).count() == 2
    assert (calls_of(CALLER), calls_of(NEIGHBOUR)) == (3, 1)  # each call is in the ledger
    assert [event.name for event in master.events.order_by("seq")][-3:] == ["remind", "remind", "merged_in"]
    assert not invariants.i16(database_now()).exists()


@pytest.mark.parametrize("how", ["urge", "add", "join"])
def test_the_call_that_rang_is_the_one_in_the_ledger(p, how):
    """Given a call on the line, when its matter is that of an earlier ticket, then nobody has called twice."""
    master = make.dispatched(p, ago(3 * HOUR))
    calls.sits(p.op)
    rang = calls.rings(number=CALLER)
    calls.answers()
    before = Call.objects.count()

    assert says(p.op, master, how, call=rang.call_no, caller_number="13911111111").status_code == 302

    rang.refresh_from_db()
    assert Call.objects.count() == before
    assert rang.ticket == (Ticket.objects.latest("pk") if how == "join" else master)
    assert says(p.op, master, how, call="C0").status_code == 404


def test_an_unfinished_form_is_over_when_its_matter_is_added_to_a_ticket(p):
    master = make.dispatched(p, ago(3 * HOUR))
    client, form = signed_in(p.op), typed(key="unfinished")
    assert client.post("/tickets/new/draft/", form | {"draft-page": "a", "draft-seq": "1", "draft-base": "0"}).status_code == 200
    assert IntakeDraft.objects.count() == 1

    client.post(f"/tickets/{master.ticket_no}/recognise/add/", form)

    assert not IntakeDraft.objects.exists()


def test_a_message_about_a_matter_that_is_there_is_joined_and_nobody_called(p):
    master = make.dispatched(p, ago(3 * HOUR))
    message = arrived(p, now=ago())
    handling.take(message.pk, by=p.op, now=database_now())
    before = Call.objects.count()

    assert says(p.op, master, "add", message=message.pk).status_code == 302

    message.refresh_from_db()
    assert (message.status, message.ticket, Call.objects.count()) == ("joined", master, before)
    again = says(p.op, master, "add", message=message.pk)
    assert again.status_code == 422 and "已处理" in again.content.decode()


def test_9_three_matters_of_one_caller_stay_three(p):
    matters = (("010201", "家中屋顶漏水已经两周，物业一直没有派人来修。"), ("010501", "楼道里堆满了旧家具，担心着火，希望清理。"),
               ("020101", "医保卡在药店刷不出来，已经问过社区。"))
    for number, (category, content) in enumerate(matters):
        answer = signed_in(p.op).post("/tickets/new/", typed(category=category, content=content, key=f"k{number}"))
        assert answer.status_code == 302, "not suggested as one, so nothing is asked"

    assert Ticket.objects.filter(state="pending_review").count() == 3
    assert Ticket.objects.values("phone_hash").distinct().count() == 1
    assert Recognition.objects.count() == 0


def test_five_neighbours_with_one_noise_make_one_matter_under_supervision(p):
    noise = {"category": "010201", "address": "江畔小区门口"}
    told = ["小区门口修路夜里一点还在施工，噪音太大睡不着", "夜里修路施工噪音太大，小区门口，影响休息", "门口修路，半夜施工，噪音太大了",
            "我们小区门口夜里修路，噪音太大，孩子睡不着", "半夜小区门口还在修路施工，太吵"]
    master = make.in_review(p, ago(), content=told[0], address=noise["address"])
    client = signed_in(p.ops)

    for number, words in enumerate(told[1:], start=1):
        call = typed(**noise, content=words, caller_number=f"1370013700{number}", key=f"n{number}")
        assert master.ticket_no in client.post("/tickets/similar/", call).content.decode()
        assert client.post(f"/tickets/{master.ticket_no}/recognise/join/", call).status_code == 302
    patterns.scan(now=database_now())

    assert counts(master) == (4, 0, 5)
    assert texts(master) == ["重复第4次", "多人反映（5人）", "重点督办"]


def test_who_joins_need_not_say_again_what_the_other_ticket_says(p):
    master = of_neighbour(p)
    blank = dict.fromkeys(("category", "type", "target", "demand"), "")

    answer = says(p.op, master, "join", **blank)

    assert answer.status_code == 302, answer.content.decode()[:2000]
    joined = Ticket.objects.get(state="merged")
    assert (joined.master, joined.category, joined.area, joined.type) == (master, master.category, master.area, "complaint")
    assert joined.recognised.ticket == master


def test_joining_lets_the_operator_read_the_ticket_he_joined_but_no_other_one(p):
    master, other = of_neighbour(p), of_neighbour(p, contact_phone="13700137000")
    client = signed_in(p.op)
    assert client.get(f"/tickets/{master.ticket_no}/").status_code == 404

    says(p.op, master, "join")

    assert client.get(f"/tickets/{master.ticket_no}/").status_code == 200
    assert client.get(f"/tickets/{other.ticket_no}/").status_code == 404
    Ticket.objects.filter(pk=master.pk).update(is_confidential=True)
    assert client.get(f"/tickets/{master.ticket_no}/").status_code == 404


def test_what_is_new_is_added_to_the_matter(p):
    master = make.dispatched(p, ago())

    assert says(p.op, master, "add", content="今天楼下的天花板也开始滴水了").status_code == 302

    assert master.events.order_by("seq").last().note == "今天楼下的天花板也开始滴水了"
    assert Call.objects.filter(ticket=master).count() == 2
    assert says(p.op, master, "add", content="").status_code == 422


def test_what_is_over_is_followed_up_by_a_ticket_that_says_so(p):
    over = make.closed(p, ago())

    answer = says(p.op, over, "follow_up")

    new = Ticket.objects.latest("pk")
    assert answer.headers["Location"] == f"/tickets/{new.ticket_no}/taken/"
    assert (new.state, new.recognised.ticket) == ("pending_review", over)
    page = signed_in(p.op).get(f"/tickets/{new.ticket_no}/").content.decode()
    assert "关联了以前的工单" in page and over.ticket_no in page
    assert says(p.op, over, "urge").status_code == 422  # it is over
    assert AuditEntry.objects.filter(kind="DENIED", ticket_no=over.ticket_no, what="remind").count() == 1


@pytest.mark.parametrize("how", ["urge", "join", "add"])
def test_a_form_that_is_sent_twice_counts_once(p, how):
    master = make.in_review(p, ago())
    client = signed_in(p.op)

    for _twice in range(2):
        assert client.post(f"/tickets/{master.ticket_no}/recognise/{how}/", typed(key="once")).status_code == 302

    assert Recognition.objects.count() == 1
    assert Call.objects.count() == 2  # the first one, and this


@pytest.mark.parametrize("how", ["urge", "join", "add", "follow_up"])
def test_a_ticket_that_the_call_does_not_lead_to_is_not_there(p, how):
    elsewhere = of_neighbour(p, area=make.unit("CHJD"), address="别处的一条路", content="路口的信号灯坏了很久没有人来修理")
    secret = make.in_review(p, ago(), is_confidential=True)

    for ticket in (elsewhere, secret):
        assert says(p.op, ticket, how).status_code == 404
    assert signed_in(p.op).post(f"/tickets/99999/recognise/{how}/", typed()).status_code == 404
    assert Recognition.objects.count() == 0


def test_only_who_takes_calls_recognises(p):
    master = make.in_review(p, ago())

    for user in (p.rv, p.sv, p.li, p.au):
        assert says(user, master, "urge").status_code == 403
    assert says(p.op, master, "steal").status_code == 404
    assert signed_in(p.op).get(f"/tickets/{master.ticket_no}/recognise/urge/").status_code == 405


def test_a_refused_join_leaves_no_ticket_no_call_and_no_number(p):
    master = of_neighbour(p)
    before = Call.objects.count()

    answer = says(p.op, master, "join", category="010501")  # the same place, another kind of matter

    assert answer.status_code == 422
    assert "不是同一事项" in answer.content.decode() or "同一" in answer.content.decode()
    assert (Ticket.objects.count(), Call.objects.count(), Recognition.objects.count()) == (1, before, 0)


def test_a_wrong_number_is_said_beside_it_and_nothing_is_lost(p):
    master = make.in_review(p, ago())

    answer = says(p.op, master, "urge", contact_phone=CALLER, caller_number="12800138000")

    assert answer.status_code == 422
    assert "in-caller_number-error" in answer.content.decode() and "物业公司" in answer.content.decode()


def test_what_was_recognised_is_never_changed_and_has_its_call(p):
    master = make.in_review(p, ago())
    says(p.op, master, "urge")

    for wrong in (lambda: Recognition.objects.update(how="add"), lambda: Recognition.objects.all().delete(),
                  lambda: Recognition.objects.create(ticket=master, how="join", by=p.op, at=database_now() + timedelta(0))):
        with pytest.raises(Exception) as caught, transaction.atomic():  # noqa: PT011
            wrong()
        assert isinstance(caught.value, IntegrityError) or "Cannot update or delete" in str(caught.value)
