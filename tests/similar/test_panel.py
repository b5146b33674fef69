"""What the operator is shown while he types: what is like his matter, and of it no more than he may read."""
import re
from datetime import timedelta

from accounts.instant import database_now
from tests import factories as make
from tests.crowds import queries_of, signed_in
from tests.tickets.test_intake_screen import typed
from tickets import intake
from tickets.models import Sighting, Ticket
from tickets.similar import checking, lookup

URL = "/tickets/similar/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = "邻居赵大妈家的狗"  # in the content and nowhere else


def ago(span=HOUR):
    return database_now() - span


def of_neighbour(p, now=None, **fields):
    """A ticket that a colleague took from somebody else."""
    fields = {"contact_phone": "13900139000", "caller_name": "郭某"} | fields
    return intake.register_and_submit(by=p.ops, now=now or ago(), **make.matter(**fields))[0]


def page(user, **fields):
    return signed_in(user).post(URL, typed(**fields)).content.decode()


def test_the_same_matter_of_a_neighbour_is_suggested_with_its_reasons(p):
    ticket = of_neighbour(p)

    shown = page(p.op)

    assert ticket.ticket_no in shown
    assert all(words in shown for words in ("同一分类", "同一地点", "未办结", "望江街道", "房屋渗漏开裂", "duplicate_checked"))
    assert "同一电话" not in shown


def test_each_can_be_joined_urged_added_to_or_called_another_one(p):
    ticket = of_neighbour(p)

    shown = page(p.op)

    for how in ("urge", "join", "add"):
        assert f"/tickets/{ticket.ticket_no}/recognise/{how}/" in shown
    assert f'name="other" value="{ticket.ticket_no}"' in shown
    assert "follow_up" not in shown  # it is open


def test_of_a_ticket_he_may_not_open_he_reads_only_what_he_typed_himself(p):
    of_neighbour(p, content=f"家中屋顶漏水已经两周,{SECRET}也跑了。")

    shown = page(p.op)

    assert "家中屋顶漏水已经两周" in shown
    assert SECRET not in shown and "赵大妈" not in shown
    assert "郭" not in shown and "13900139000" not in shown
    assert Sighting.objects.count() == 0


def test_of_his_own_he_reads_the_first_lines_and_that_is_on_record_once(p):
    ticket = make.in_review(p, ago(), content=f"家中屋顶漏水已经两周,{SECRET}也跑了。")

    assert SECRET in page(p.op)
    page(p.op)

    assert list(Sighting.objects.values_list("ticket", "user", "in_full")) == [(ticket.pk, p.op.pk, False)]


def test_never_a_confidential_one_a_draft_or_one_that_was_merged(p):
    of_neighbour(p, is_confidential=True, title="内部举报")
    make.draft(p, ago())
    asked = lookup.matter(make.matter())

    assert lookup.find(asked, now=database_now()) == []
    assert "内部举报" not in page(p.op) and "内部举报" not in page(p.op, is_confidential="true")


def test_what_is_too_old_or_of_another_matter_is_not_there(p):
    of_neighbour(p, now=ago(20 * DAY))
    of_neighbour(p, area=make.unit("CHJD"), address="别处的一条路", content="路口的信号灯坏了很久没有人来修理")

    assert "recognise" not in page(p.op)


def test_the_callers_own_matter_of_three_weeks_ago_still_is(p):
    ticket = make.in_review(p, ago(21 * DAY))

    assert ticket.ticket_no in page(p.op)


def test_the_tick_stays_for_what_was_seen_with_it_and_falls_for_what_came_new(p):
    first = of_neighbour(p)
    ticked = {"duplicate_checked": "on", "seen": [first.ticket_no]}
    assert 'id="in-duplicate_checked" checked' in page(p.op, **ticked)

    of_neighbour(p, contact_phone="13700137000")

    assert 'id="in-duplicate_checked" checked' not in page(p.op, **ticked)


def test_half_a_form_and_nonsense_are_answered(p):
    client = signed_in(p.op)

    for body in ({}, {"area": "WJJD"}, {"area": "WJJD", "caller_number": "13800138000"}, {"category": "010201"},
                 {"category": "0102", "area": "x", "caller_number": "12", "content": "\x00" * 3}, {"content": "漏" * 9000}):
        assert client.post(URL, body).status_code == 200
    assert client.get(URL).status_code == 405
    assert signed_in(p.rv).post(URL, typed()).status_code == 403


def test_looking_changes_nothing_and_costs_few_queries(p):
    for number in range(8):
        of_neighbour(p, contact_phone=f"1370013700{number}")
    versions = dict(Ticket.objects.values_list("pk", "version"))
    client = signed_in(p.op)
    client.post(URL, typed())

    assert queries_of(lambda: client.post(URL, typed())) <= 12
    assert dict(Ticket.objects.values_list("pk", "version")) == versions


def looked_up(user, question):
    return signed_in(user).post("/tickets/similar/words/", {"q": question}).content.decode()


def test_words_of_two_letters_find_what_he_may_read(p):
    mine = make.in_review(p, ago(100 * DAY), title="江畔小区两天没有水", content="小区停水两天了。")
    of_neighbour(p, title="别家停水", contact_phone="13900139009")

    page = looked_up(p.op, "停水")

    assert mine.ticket_no in page and "小区<mark>停水</mark>两天了。" in page
    assert "别家" not in page
    assert "别家<mark>停水</mark>" in looked_up(p.ops, "停水")
    assert mine.ticket_no not in looked_up(p.op, "停") and "至少" in looked_up(p.op, "停")
    assert looked_up(p.op, "").strip() == ""


def test_a_title_about_nothing_else_comes_first_then_any_title_then_the_newest(p):
    about, long, old, new = (make.in_review(p, ago(age * DAY), title=title, content=content) for age, title, content in (
        (9, "小区停水", "没有水"), (1, "江畔小区三栋和四栋连续停水多日且无人通知", "没有水"), (8, "没有水", "停水了"), (2, "没有水", "停水了")))

    page = looked_up(p.op, "停水")

    assert re.findall(r'href="/tickets/(\d{13})/"', page) == [one.ticket_no for one in (about, long, new, old)]


def test_a_number_and_a_phone_find_tickets_too_but_never_a_confidential_one(p):
    mine = make.in_review(p, ago(), contact_phone="13912345678")
    hidden = make.in_review(p, ago(), title="内部举报停水", is_confidential=True)

    assert mine.ticket_no in looked_up(p.op, mine.ticket_no) and mine.ticket_no in looked_up(p.op, "139 1234 5678")
    assert hidden.ticket_no not in looked_up(p.op, "停水") + looked_up(p.op, hidden.ticket_no)


# --- before a matter is submitted ---------------------------------------------------------------------------------------


def submit(p, **fields):
    return signed_in(p.op).post("/tickets/new/", typed(**fields))


def test_what_is_suggested_must_be_looked_at_before_the_matter_is_submitted(p):
    ticket = of_neighbour(p)

    answer = submit(p)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="in-duplicate_checked-error"' in page and ticket.ticket_no in page
    assert Ticket.objects.count() == 1
    assert submit(p, duplicate_checked="on").status_code == 302
    assert Ticket.objects.filter(state="pending_review").count() == 2  # nothing was merged


def test_calling_each_of_them_another_matter_is_as_good_as_the_tick(p):
    tickets = [of_neighbour(p), of_neighbour(p, contact_phone="13700137000")]

    assert submit(p, other=[tickets[0].ticket_no]).status_code == 422
    assert submit(p, other=[ticket.ticket_no for ticket in tickets]).status_code == 302


def test_a_form_that_is_sent_twice_is_not_asked_about_its_own_ticket(p):
    answers = [submit(p, key="once") for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Ticket.objects.count() == 1


def test_a_draft_an_answer_and_an_urgent_dispatch_do_not_wait_for_it(p):
    of_neighbour(p)

    assert submit(p, act="draft").status_code == 302


def test_a_draft_that_is_submitted_later_is_asked_as_well_but_not_one_that_was_accepted(p):
    of_neighbour(p)
    draft = make.draft(p, ago())
    given = make.matter()

    assert len(checking.unchecked(given, now=database_now(), but=draft.pk)) == 1
    assert checking.unchecked(given | {"duplicate_checked": True}, now=database_now(), but=draft.pk) == []
    answer = signed_in(p.op).post(f"/tickets/{draft.ticket_no}/do/submit/", typed())
    assert answer.status_code == 422
    answer = signed_in(p.op).post(f"/tickets/{draft.ticket_no}/do/submit/", typed(duplicate_checked="on"))
    assert Ticket.objects.get(pk=draft.pk).state == "pending_review"
