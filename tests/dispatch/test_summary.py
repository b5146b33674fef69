"""What units read of a confidential matter: a summary by the hotline, and nowhere a word of the citizen's."""
import io
import json

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied

from accounts.instant import database_now
from dispatch import actions as dispatching
from dispatch import compliance, replies, requests
from followup import actions as following
from followup import callbacks
from notices.models import Notice
from tests import factories as make
from tests.api import lives
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.tickets.bodies import TEXT
from tickets import intake, redaction, steps, summary
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket, TicketEvent
from tickets.steps import STEPS

NAME, PHONE, ID, BENEFICIARY = "欧阳建国", "13912345678", "110105194912310021", "欧阳小满"
TITLE, CONTENT, DEMAND, ADDRESS = "暗号青石板的事", "我家橘猫看见队长收了紫砂壶", "把紫砂壶退还原主", "秘密路9号5楼"
SUPPLEMENT, UNEDITED, WHY = "昨夜又来了白色面包车", "今早送来一箱枇杷", "他是队长的内弟"
WORDS = (TITLE, "橘猫", "紫砂壶", ADDRESS, "秘密路", "白色面包车", WHY)
WHO = (NAME, PHONE, ID, BENEFICIARY)
SUMMARY, EDITED = "有人反映某执法人员收受财物,请核查。", "请核查执法人员收受礼品一事,并查看内部记录。"
UNITS = ("li", "hd", "ul")


def told(**more):
    return {"type": "report", "is_confidential": True, "caller_name": NAME, "contact_phone": PHONE, "beneficiary": BENEFICIARY,
            "title": TITLE, "content": f"{CONTENT},我是{NAME},电话{PHONE},身份证{ID}。", "demand": DEMAND, "address": ADDRESS} | more


def take(name, ticket, by, now=NOON, **body):
    return steps.take(STEPS[name], Ticket.objects.visible_to(by).get(pk=ticket.pk), by=by, body=body, now=now).ticket


def given(p, code="ZJ", **more):
    return take("dispatch", make.in_dispatch(p, **told(**more)), p.dp, lead_unit=code, co_units=[], unit_summary=SUMMARY)


@pytest.fixture
def ticket(p):
    """In the hands of a unit, with one supplement in words for it and one that nobody edited."""
    held = take("sign", given(p), p.li)
    take("add_supplement", held, p.op, text=f"{SUPPLEMENT},{PHONE}", for_unit="当事人又有类似行为")
    take("add_supplement", held, p.op, text=f"{UNEDITED},{NAME}")
    return take("set_confidential", held, p.op, is_confidential="True", reason=WHY)


def wrong_in(name, ticket, by, **body):
    with pytest.raises(steps.Invalid) as refusal:
        take(name, ticket, by, **body)
    return {field: list(errors) for field, errors in refusal.value.form.errors.items()}


# --- nowhere --------------------------------------------------------------------------------------------------------


def excel(client, url):
    answer = client.post(url, {"act": "export", "reason": "核对"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return str([row for sheet in book for row in sheet.iter_rows(values_only=True)])


def everything_read_by(user, ticket):
    """{place: text} of whatever shows a ticket to somebody of a unit."""
    client, number = signed_in(user), ticket.ticket_no
    here, api = f"/tickets/{number}/", f"/api/v1/tickets/{number}/"
    paths = [here, *(f"{here}?story={kind}" for kind in ("people", "deadlines", "notices")), f"{here}news/?since=1",
             *(f"{here}do/{name}/" for name in ("record_contact", "submit_reply", "request_return", "assign_down")),
             "/desk/unit/", "/desk/unit/?list=handling", "/tickets/", f"/tickets/?q={number}", "/notices/", api, "/api/v1/tickets/",
             f"/tickets/several/assign_down/?t={number}"]
    texts = {}
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in (200, 204), (path, answer.status_code)
        texts[path] = answer.content.decode()
        if "json" in answer.headers.get("Content-Type", ""):
            texts[path] = json.dumps(answer.json(), ensure_ascii=False)
    texts["palette"] = client.get("/palette/", {"q": number}, headers={"HX-Request": "true"}).content.decode()
    texts["moved on"] = client.post(f"{here}do/record_progress/", {"version": "1", "text": "已核实"}).content.decode()
    texts["excel"] = excel(client, "/tickets/")
    texts["notices"] = str([(notice.params, notice.wording) for notice in Notice.objects.filter(recipient=user)])
    return texts


@pytest.mark.parametrize("role", UNITS)
def test_a_unit_meets_no_word_of_the_citizen_anywhere(p, ticket, role):
    texts = everything_read_by(getattr(p, role), ticket)

    found = {place: [word for word in (*WORDS, *WHO) if word in text] for place, text in texts.items()}
    assert {place: words for place, words in found.items() if words} == {}
    for place in (f"/tickets/{ticket.ticket_no}/", f"/api/v1/tickets/{ticket.ticket_no}/"):
        assert SUMMARY in texts[place] and "当事人又有类似行为" in texts[place]
        assert f"{UNEDITED},***" in texts[place]
    named = f"{ticket.area.name} {ticket.category.name}"
    assert all(named in texts[place] for place in ("/tickets/", "/desk/unit/?list=handling", "palette", "excel"))


@pytest.mark.parametrize("role", UNITS)
def test_its_words_find_nothing_for_a_unit(p, ticket, role):
    client, here = signed_in(getattr(p, role)), f"/tickets/{ticket.ticket_no}/"

    for word in WORDS:
        assert here not in client.get("/palette/", {"q": word}, headers={"HX-Request": "true"}).content.decode()
        assert here not in client.get("/tickets/", {"q": word}).content.decode()
        assert client.get("/api/v1/tickets/", {"q": word}).json().get("results", []) == []


def test_what_was_handed_back_keeps_no_word_either(p):
    now = database_now()
    ticket = make.dispatched(p, now, **told())
    requests.request_return(ticket.pk, by=p.li, now=now, suggested_unit=make.unit("CG"), **lives.RETURN)
    requests.approve_return(ticket.pk, by=p.dp, now=now, decision="同意")

    page = signed_in(p.li).get("/desk/unit/?list=returned").content.decode()

    assert ticket.ticket_no in page and not [word for word in WORDS if word in page]


def test_a_closed_matter_stays_summed_up(p):
    ticket = take("sign", given(p), p.li)
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="relay", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block())
    following.approve_reply(ticket.pk, by=p.rv, now=NOON)
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.HAPPY, note="紫砂壶还了")
    following.close_satisfied(ticket.pk, by=p.cb, now=NOON)

    texts = everything_read_by(p.hd, ticket)

    assert SUMMARY in texts[f"/tickets/{ticket.ticket_no}/"]
    assert not [(place, word) for place, text in texts.items() for word in WORDS if word in text]
    assert "紫砂壶还了" in signed_in(p.sv).get(f"/tickets/{ticket.ticket_no}/").content.decode()


@pytest.mark.parametrize("role", ["op", "rv", "dp", "sv", "dl"])
def test_the_hotline_reads_the_words_and_the_summary(p, ticket, role):
    client = signed_in(getattr(p, role))

    page = client.get(f"/tickets/{ticket.ticket_no}/").content.decode()
    facts = client.get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["facts"]

    assert all(word in page for word in (TITLE, CONTENT, DEMAND, SUPPLEMENT, UNEDITED, "当事人又有类似行为", WHY, SUMMARY))
    assert (facts["demand"], facts["unit_summary"], facts["title"]) == (DEMAND, SUMMARY, TITLE)


def test_leaders_and_auditors_read_what_they_did(p, ticket):
    for user in (p.zh, p.ql, p.au):
        page = signed_in(user).get(f"/tickets/{ticket.ticket_no}/").content.decode()
        assert CONTENT in page and not [word for word in WHO if word in page]


def test_an_open_matter_is_read_as_it_was_told(p):
    ticket = make.in_hand(p, **told(is_confidential=False))

    page = signed_in(p.li).get(f"/tickets/{ticket.ticket_no}/").content.decode()

    assert CONTENT in page and DEMAND in page


def test_the_page_of_a_unit_costs_no_more(p, ticket):
    assert cost(signed_in(p.li), f"/tickets/{ticket.ticket_no}/") <= 20
    assert cost(signed_in(p.li), "/desk/unit/?list=handling") <= 10


# --- written at review, confirmed at dispatch -----------------------------------------------------------------------


def test_no_confidential_matter_goes_to_a_unit_without_a_summary(p):
    ticket, critical = make.in_dispatch(p, **told()), make.draft(p, **told(urgency="critical"))
    ruled = lives.arbitration(p)
    Ticket.objects.filter(pk=ruled.pk).update(is_confidential=True)

    for name, which, by, more in (
            ("dispatch", ticket, p.dp, {}), ("express_dispatch", critical, p.ops, {"reason": TEXT, "emergency_told": "110"}),
            ("designate", ruled, p.sv, {"ruling": TEXT})):
        assert list(wrong_in(name, which, by, lead_unit="CG", co_units=[], **more)) == ["unit_summary"]
        done = take(name, which, by, lead_unit="CG", co_units=[], unit_summary=SUMMARY, **more)
        assert (done.state, done.unit_summary) == ("pending_receipt", SUMMARY)
    with pytest.raises(Refused):  # nor past the form
        dispatching.dispatch(make.in_dispatch(p, **told()).pk, by=p.dp, now=NOON, lead_unit=make.unit("CG"))


def test_several_at_once_leave_out_what_nobody_summed_up(p):
    ticket, plain = make.in_dispatch(p, **told()), make.in_dispatch(p)
    pairs = [f"{each.ticket_no}:{each.version}" for each in (ticket, plain)]

    answer = signed_in(p.dp, "en").post("/tickets/several/dispatch/", {"t": pairs, "lead_unit": "ZJ"}).content.decode()

    assert "only with a summary that was written for it" in answer
    assert [Ticket.objects.get(pk=each.pk).state for each in (ticket, plain)] == ["pending_dispatch", "pending_receipt"]


def field_of(client, ticket, step):
    form = client.get(f"/tickets/{ticket.ticket_no}/do/{step}/").context["work"]["form"]
    return form["unit_summary"] if "unit_summary" in form.fields else None


def test_the_form_begins_with_a_proposal_without_the_citizen(p):
    field = field_of(signed_in(p.dp, "en"), make.in_dispatch(p, **told()), "dispatch")

    assert "紫砂壶" in field.value() and not [word for word in (*WHO, ADDRESS) if word in field.value()]
    assert "Made automatically, check it" in field.help_text
    assert field.field.required


def test_the_reviewer_writes_it_and_the_dispatcher_finds_it_beside_the_citizen_s_words(p):
    ticket = make.in_review(p, **told())
    assert not field_of(signed_in(p.rv), ticket, "approve").field.required
    take("approve", ticket, p.rv, unit_summary=SUMMARY)
    client = signed_in(p.dp, "en")

    field = field_of(client, ticket, "dispatch")
    page = client.get(f"/tickets/{ticket.ticket_no}/do/dispatch/").content.decode()

    assert field.value() == SUMMARY and "change what gives the citizen away" in field.help_text
    assert SUMMARY in page and CONTENT in page
    assert take("dispatch", ticket, p.dp, lead_unit="ZJ", co_units=[], unit_summary=EDITED).unit_summary == EDITED


def test_a_reviewer_who_writes_none_leaves_it_to_the_dispatcher(p):
    assert take("approve", make.in_review(p, **told()), p.rv).unit_summary == ""


def test_open_matters_are_not_asked_for_one(p):
    for step, by, ticket in (("approve", p.rv, make.in_review(p)), ("dispatch", p.dp, make.in_dispatch(p))):
        assert field_of(signed_in(by), ticket, step) is None
    assert make.dispatched(p).unit_summary == ""


@pytest.mark.parametrize("text", [
    f"请找{NAME}核实情况", "请找欧 阳 建·国核实情况", f"涉及{BENEFICIARY}的事", f"来电{PHONE}反映收钱", "来电139-1234-5678反映", f"证件{ID}",
    "来电一三九一二三四五六七八反映"])
def test_a_summary_that_tells_who_called_is_refused_beside_its_field(p, text):
    ticket = make.in_dispatch(p, **told())

    assert list(wrong_in("dispatch", ticket, p.dp, lead_unit="ZJ", co_units=[], unit_summary=text)) == ["unit_summary"]
    page = signed_in(p.dp, "en").post(f"/tickets/{ticket.ticket_no}/do/dispatch/", {
        "lead_unit": "ZJ", "unit_summary": text, "version": ticket.version})
    problem = signed_in(p.dp, "en").post(f"/api/v1/tickets/{ticket.ticket_no}/dispatch/", json.dumps(
        {"lead_unit": "ZJ", "unit_summary": text}), content_type="application/json")
    assert page.status_code == problem.status_code == 422
    assert "Units would read it." in page.content.decode() and list(problem.json()["errors"]) == ["unit_summary"]
    with pytest.raises(Refused):
        dispatching.dispatch(ticket.pk, by=p.dp, now=NOON, lead_unit=make.unit(), unit_summary=text)
    assert Ticket.objects.get(pk=ticket.pk).unit_summary == ""


def test_a_caller_without_a_name_forbids_no_word(p):
    ticket = make.in_dispatch(p, **told(caller_name="匿名", beneficiary="", contact_phone="12345"))

    assert list(summary.giveaways("有人匿名反映,请核查2026年11月的台账", ticket)) == []


def test_what_is_proposed_is_accepted(p):
    ticket = make.in_dispatch(p, **told())

    assert list(summary.giveaways(redaction.automatic_summary(ticket), ticket)) == []


def test_the_trail_keeps_each_version_and_no_word_of_the_citizen(p):
    ticket = make.in_review(p, **told())
    take("approve", ticket, p.rv, unit_summary=SUMMARY)
    take("dispatch", ticket, p.dp, lead_unit="ZJ", co_units=[], unit_summary=EDITED)
    take("edit_summary", ticket, p.rv, unit_summary=SUMMARY)

    rows = TicketEvent.objects.filter(ticket=ticket, data__changed__has_key="unit_summary").order_by("seq")

    assert [(row.name, row.data["changed"]["unit_summary"]) for row in rows] == [
        ("approve", ["", SUMMARY]), ("dispatch", [SUMMARY, EDITED]), ("edit_summary", [EDITED, SUMMARY])]
    assert not [word for row in rows for word in (*WORDS, *WHO) if word in json.dumps(row.data, ensure_ascii=False)]
    shown = signed_in(p.li).get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    assert EDITED not in json.dumps(shown, ensure_ascii=False)  # it may have been edited because it told too much


def test_a_reply_is_compared_with_what_the_unit_could_read(p, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(unit_summary="请核查渣土车夜间遗撒和扬尘污染问题")

    found = compliance.read("已核查渣土车遗撒问题,现场清扫干净。", ticket=Ticket.objects.get(pk=ticket.pk))

    assert compliance.Rule.OFF_TOPIC not in [finding.rule for finding in found]


# --- later ----------------------------------------------------------------------------------------------------------


def set_later(p, **body):
    held = make.in_hand(p, **told(is_confidential=False))
    return take("set_confidential", held, p.op, is_confidential="True", reason="诉求人要求", **body)


def test_what_a_unit_has_already_is_summed_up_when_it_becomes_confidential(p):
    held = make.in_hand(p, **told(is_confidential=False))
    field = field_of(signed_in(p.op), held, "set_confidential")
    assert field.value() and not field.field.required
    assert "unit_summary" in wrong_in("set_confidential", held, p.op, is_confidential="True", reason="x", unit_summary=f"{NAME}")

    ticket = set_later(p, unit_summary=SUMMARY)
    page = signed_in(p.li).get(f"/tickets/{ticket.ticket_no}/").content.decode()

    assert SUMMARY in page and not [word for word in (*WORDS, *WHO) if word in page]


def test_until_somebody_writes_one_a_unit_reads_the_automatic_summary(p):
    ticket = set_later(p)

    texts = everything_read_by(p.li, ticket)

    assert "我家橘猫看见队长收了紫砂壶,我是***" in texts[f"/tickets/{ticket.ticket_no}/"]
    assert not [(place, word) for place, text in texts.items() for word in (*WHO, ADDRESS, TITLE) if word in text]


def test_before_dispatch_and_when_it_is_lifted_no_summary_is_asked(p):
    assert field_of(signed_in(p.op), make.in_dispatch(p), "set_confidential") is None
    ticket = set_later(p, unit_summary=SUMMARY)
    assert field_of(signed_in(p.sv), ticket, "set_confidential") is None

    take("set_confidential", ticket, p.sv, is_confidential="False", reason="诉求人同意公开")

    assert CONTENT in signed_in(p.li).get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_a_summary_is_edited_by_the_hotline(p, ticket):
    ticket = take("edit_summary", ticket, p.dp, unit_summary=EDITED)

    page = signed_in(p.li).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert EDITED in page and SUMMARY not in page
    assert list(wrong_in("edit_summary", ticket, p.dp, unit_summary="")) == ["unit_summary"]
    assert list(wrong_in("edit_summary", ticket, p.dp, unit_summary=f"{NAME}的事")) == ["unit_summary"]
    for role in ("li", "cb"):
        with pytest.raises((PermissionDenied, Ticket.DoesNotExist)):
            take("edit_summary", ticket, getattr(p, role), unit_summary=SUMMARY)
    with pytest.raises(Refused):
        take("edit_summary", make.in_hand(p), p.dp, unit_summary=SUMMARY)
    with pytest.raises(AlreadyMoved):
        take("edit_summary", make.in_dispatch(p, **told()), p.dp, unit_summary=SUMMARY)


def test_a_supplement_for_a_unit_is_looked_at_as_well(p, ticket):
    assert list(wrong_in("add_supplement", ticket, p.op, text="又来电", for_unit=f"{NAME}又来电")) == ["for_unit"]


def test_the_first_words_of_a_story_stay_where_they_are(p, ticket):
    """The trail keeps what the citizen said; only who reads it differs."""
    notes = list(TicketEvent.objects.filter(ticket=ticket, name="add_supplement").order_by("seq").values_list("note", flat=True))

    assert notes == [f"{SUPPLEMENT},{PHONE}", f"{UNEDITED},{NAME}"]
    assert intake.add_supplement(ticket.pk, by=p.op, now=NOON, text="再补充").version == ticket.version + 1
