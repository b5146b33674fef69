"""What is asked besides for a category: shown, checked, kept, and read back as far as the reader may."""
import json
from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.instant import database_now
from tests import factories
from tests.api.conftest import caller
from tests.crowds import signed_in
from tests.tickets.test_intake_screen import typed
from tickets.intake_form import IntakeForm
from tickets.models import CategoryQuestions, Ticket
from tickets.redaction import Reading
from tickets.reference import DATA
from tickets.taking import questions

ID, MASKED_ID = "11010519491231002X", "110105********002X"
ROWS = json.loads((DATA / "category_questions.json").read_text(encoding="utf-8"))


def sick(**fields):
    """A call about somebody who needs a doctor (100302 pregnant, dialysis …)."""
    return typed(type="help", category="100302", target="", urgency="") | fields


def send(client, **fields):
    return client.post("/tickets/new/", sick(**fields))


@pytest.mark.parametrize("row", ROWS, ids=[row["code"] for row in ROWS])
def test_the_shipped_questions_make_sense(row):
    questions.check_row(row["asks"])
    form = questions.QuestionForm([questions.ask_of(one) for one in row["asks"]], {})

    assert form.is_valid()
    assert len(row["template"]) <= 1000


def test_shipped_questions_belong_to_categories_and_groups_that_there_are(p):
    known = {code[:length] for code in factories.Category.objects.values_list("code", flat=True) for length in (2, 4, 6)}

    assert {row["code"] for row in ROWS} <= known
    assert CategoryQuestions.objects.count() == len(ROWS)


def test_a_category_asks_what_its_groups_ask_too(p):
    asks, template = questions.of(factories.category("100302"))

    assert [ask.name for ask in asks] == ["temperature", "symptoms", "hospital", "weeks", "dialysis_last", "dialysis_next",
                                          "discharged_from"]
    assert template.startswith("患者姓名")
    assert questions.of(factories.category("010101")) == ([], "")


def test_answers_are_kept_with_the_ticket_and_shown_with_their_labels(p):
    send(signed_in(p.op), **{"extra-temperature": "39.2", "extra-hospital": "区人民医院", "extra-dialysis_next": "2026-11-23T08:30"})
    ticket = Ticket.objects.latest("pk")

    assert ticket.state == "pending_review"
    assert ticket.extra["temperature"] == "39.2"
    page = signed_in(p.rv).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "<dt>体温 (℃)</dt><dd>39.2</dd>" in page
    assert "2026-11-23 08:30" in page


def test_a_wrong_answer_is_named_at_its_field_and_the_rest_is_kept(p):
    answer = send(signed_in(p.op), **{"extra-temperature": "99", "extra-hospital": "区人民医院"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="in-extra-temperature-error"' in page
    assert 'value="区人民医院"' in page
    assert not Ticket.objects.filter(category__code="100302").exists()


def test_what_is_not_asked_is_not_kept_from_the_page(p):
    send(signed_in(p.op), **{"extra-temperature": "38", "extra-colour": "red"})

    assert Ticket.objects.latest("pk").extra == {"temperature": "38"}


@pytest.mark.parametrize("wrong", ["110105194912310021", "11010519490231002X", "保密"])
def test_an_identity_card_is_asked_only_where_a_category_needs_it_and_checked(p, wrong):
    answer = signed_in(p.op).post("/tickets/new/", typed(category="110101", **{"extra-id_card": wrong}))

    assert answer.status_code == 422
    assert "in-extra-id_card-error" in answer.content.decode()
    assert "id_card" not in [ask.name for ask in questions.of(factories.category("010201"))[0]]


def test_an_identity_card_is_encrypted_and_nobody_reads_it_whole(p):
    signed_in(p.op).post("/tickets/new/", typed(category="110101", **{"extra-id_card": ID.lower()}))
    ticket = Ticket.objects.latest("pk")

    assert ticket.extra["id_card"].startswith("sealed:")
    assert ID not in json.dumps(ticket.extra)
    for user in (p.op, p.rv, p.sv):
        page = signed_in(user).get(f"/tickets/{ticket.ticket_no}/").content.decode()
        assert MASKED_ID in page
        assert ID not in page


def test_a_card_of_more_than_120_years_is_asked_about_once(p):
    client, body = signed_in(p.op), typed(category="110101", **{"extra-id_card": "440524188001010014"})
    answer = client.post("/tickets/new/", body)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "120" in page
    looked = page.split('name="looked" value="')[1].split('"')[0]
    assert looked
    assert client.post("/tickets/new/", body | {"looked": looked}).status_code == 302


def test_of_a_confidential_matter_a_unit_learns_no_answer(p):
    ticket = factories.in_hand(p, is_confidential=True, category=factories.category("100302"), extra={"hospital": "区人民医院"})

    assert questions.read_of(ticket, Reading(ticket, p.li)) == {}
    assert "hospital" in questions.read_of(ticket, Reading(ticket, p.op))


def test_a_phone_is_masked_like_the_callers(p):
    ticket = factories.in_review(p, category=factories.category("100502"), extra={"kin_phone": "13800138000", "age": "82"})

    assert ticket.extra["kin_phone"].startswith("sealed:")
    assert questions.read_of(ticket, Reading(ticket, p.op))["kin_phone"][1] == "13800138000"
    assert questions.read_of(ticket, Reading(ticket, p.rv))["kin_phone"][1] == "138****8000"
    assert dict(questions.answers_of(ticket, Reading(ticket, p.rv)))["老人年龄 (岁)"] == "82"


def test_the_same_through_the_api(p):
    op = caller(p.op)
    body = {"channel": "phone", "category": "110101", "extra": {"id_card": ID, "people": 3, "楼层": 6}}

    refused = op.post("/api/v1/tickets/", body | {"extra": {"id_card": "110105194912310021"}})
    made = [op.post("/api/v1/tickets/", body, headers={"Idempotency-Key": "k1"}) for _twice in range(2)]

    assert refused.status_code == 422
    assert "身份证号" in refused.json()["errors"]["extra"][0]
    assert [answer.status_code for answer in made] == [201, 200]
    told = op.get(made[0]["Location"]).json()["facts"]["extra"]
    assert told == {"id_card": MASKED_ID, "people": 3, "楼层": 6}


def test_a_sealed_answer_stays_as_it_is_when_the_draft_is_submitted(p):
    op = caller(p.op)
    made = op.post("/api/v1/tickets/", {"category": "110101", "extra": {"id_card": ID}, "contact_phone": "13800138000"})
    before = Ticket.objects.get().extra

    done = op.post(f"{made['Location']}submit/", {"type": "help", "area": "WJJD", "address": "江畔小区3栋", "demand": "希望解决",
                                                  "content": "申请低保已经三个月，没有答复。"})

    assert done.status_code == 200
    assert Ticket.objects.get().extra == before


@pytest.mark.parametrize(("code", "status"), [("91350100M000100Y43", 302), ("91350100m000100y43", 302), ("91350100M000100Y44", 422),
                                              ("", 302)])
def test_a_company_may_give_its_credit_code(p, code, status):
    body = typed(subject_type="company", **{"extra-organisation": "某某有限公司", "extra-credit_code": code})

    assert signed_in(p.op).post("/tickets/new/", body).status_code == status


def test_a_question_that_must_be_answered_holds_up_only_what_is_submitted(p):
    CategoryQuestions.objects.create(code="010101", asks=[{"name": "floor", "label": "楼层", "required": True}])
    cache.clear()
    client = signed_in(p.op)

    assert client.post("/tickets/new/", typed(category="010101")).status_code == 422
    assert client.post("/tickets/new/", typed(category="010101", act="draft")).status_code == 302
    assert client.post("/tickets/new/", typed(category="010101", **{"extra-floor": "3"}, key="k2")).status_code == 302
    cache.clear()


def test_the_page_fetches_questions_and_template_when_a_category_is_chosen(p):
    page = signed_in(p.op).post("/tickets/new/besides/", {"category": "房屋质量与维修 / 房屋渗漏开裂 · 010201"}).content.decode()

    assert 'name="extra-leak_part"' in page
    assert "渗漏或开裂的部位" in page
    assert "is-invalid" not in page


def test_a_draft_brings_its_answers_back(p):
    client = signed_in(p.op)
    client.post("/tickets/new/draft/", sick(key="k1", **{"extra-hospital": "区人民医院", "draft-page": "a", "draft-seq": 1, "draft-base": 0}))

    assert 'value="区人民医院"' in client.get("/tickets/new/").content.decode()


def test_whom_it_is_for_is_kept_as_one_encrypted_text(p):
    body = typed(beneficiary="王某", beneficiary_age="72", beneficiary_relation="母亲", beneficiary_phone="139 0013 9000")
    signed_in(p.op).post("/tickets/new/", body)

    assert Ticket.objects.latest("pk").caller.beneficiary == "王某 · 72 · 母亲 · 13900139000"
    assert signed_in(p.op).post("/tickets/new/", typed(beneficiary_age="151", key="k2")).status_code == 422


def test_the_name_of_whom_it_is_for_is_scrubbed_alone(p):
    ticket = factories.in_hand(p, is_confidential=True, beneficiary="王小明 · 9 · 儿子", content="王小明在学校被打了，请学校处理。")

    assert "王小明" not in Reading(ticket, p.li).content


def test_an_event_in_the_future_is_refused_after_five_minutes(p):
    now = database_now()
    for minutes, is_right in ((4, True), (6, False)):
        form = IntakeForm({"occurred_at": (now + timedelta(minutes=minutes)).isoformat()}, now=now)
        assert form.is_valid() is is_right


def test_content_is_trimmed_and_has_no_control_characters(p):
    form = IntakeForm({"content": "  楼道\x07漏水很久，\r\n没有人来修\x1b[0m。 "}, now=database_now())

    assert form.is_valid(), form.errors
    assert form.cleaned_data["content"] == "楼道漏水很久，\n没有人来修[0m。"
