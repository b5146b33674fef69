"""What is found in the words of a reply, and what becomes of it: refused, or kept by somebody who says that he read it."""
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import compliance
from dispatch.compliance import Rule
from dispatch.models import Reply
from tests import factories as make
from tests.factories import NOON
from tests.tickets.bodies import body_for
from tickets import steps
from tickets.steps import STEPS

GOOD = "已联系诉求人,并于11月20日上门查看楼顶漏水处,屋面防水已经重做,诉求人表示认可。"


def matter(**fields):
    caller = SimpleNamespace(name="欧阳建国", beneficiary="", phone="13900139000")
    return SimpleNamespace(**{"is_confidential": False, "title": "楼顶漏水", "demand": "希望尽快维修屋面防水", "category": None,
                              "content": "六楼楼顶漏水三个月,物业一直不管", "unit_summary": "", "urgency": "normal", "caller": caller} | fields)


def rules(text, ticket=None, **block):
    return [finding.rule for finding in compliance.read(text, ticket=ticket or matter(), **block)]


def test_a_reply_that_says_what_was_done_has_nothing_to_mend():
    assert rules(GOOD) == []


@pytest.mark.parametrize("text, rule, words", [
    ("屋面漏水,欧阳建国已签字确认", Rule.IDENTITY, "欧阳建国"),
    ("屋面漏水,已电告13900139000", Rule.IDENTITY, "13900139000"),
    ("屋面漏水,证件11010519491231002X已登记", Rule.IDENTITY, "11010519491231002X"),
    ("屋面漏水可联系维修师傅13811112222", Rule.NUMBER, "13811112222"),
    ("屋面漏水我单位承诺尽早修好", Rule.PROMISE, "承诺尽早修好"),
    ("屋面漏水将于3个工作日内完成", Rule.PROMISE, "3个工作日内完成"),
    ("屋面漏水将在两周以内彻底整改", Rule.PROMISE, "两周以内彻底整改"),
    ("屋面漏水已得到彻底解决", Rule.ABSOLUTE, "彻底解决"),
    ("屋面漏水不属于我局职责范围", Rule.SHIRKING, "不属于我局职责范围"),
    ("屋面漏水不归我们街道管", Rule.SHIRKING, "不归我们街道管"),
    ("屋面漏水建议您向住建部门反映", Rule.SHIRKING, "建议您向住建部门反映"),
    ("您好,您的来信已收悉,感谢您对我们工作的支持", Rule.OFF_TOPIC, ""),
])
def test_what_is_found_is_quoted(text, rule, words):
    found = compliance.read(text, ticket=matter())

    assert (rule, words) in [(finding.rule, finding.words) for finding in found]
    assert words in found[0].sentence


@pytest.mark.parametrize("text, block", [
    ("屋面漏水已于3天内完成维修", {}),  # it is over
    ("屋面漏水将于3个工作日内完成", {"follow_up_on": NOON.date()}),
    ("屋面漏水不属于我局职责范围", {"basis": "物业管理条例第三十五条"}),
    ("屋面漏水可联系物业办公室0513-85001234", {}),
    ("屋面漏水欧阳先生已确认", {}),
])
def test_there_is_a_way_to_say_it(text, block):
    assert rules(text, **block) == []


def test_what_is_published_is_read_for_persons_too():
    assert rules(GOOD, public="欧阳建国反映的问题已办结") == [Rule.IDENTITY]


def test_a_dangerous_matter_wants_a_word_about_safety():
    dangerous = matter(title="外墙瓷砖脱落", content="三号楼外墙瓷砖脱落,昨天砸坏了一辆车")
    assert rules("外墙瓷砖已安排查看", dangerous) == [Rule.HAZARD]
    assert rules("外墙瓷砖下已设置围挡", dangerous) == []


def test_nobody_learns_from_it_who_reported_in_confidence():
    assert rules("屋面漏水,欧阳建国13900139000", matter(is_confidential=True)) == [Rule.NUMBER]


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    for finding in compliance.read(text, ticket=matter()):
        assert finding.words in text
        assert str(finding.sentence)


# --- in the form --------------------------------------------------------------------------------------------------


@pytest.fixture
def case(db):
    p = make.make_people()
    return p, make.in_hand(p, title="楼顶漏水", demand="希望尽快维修屋面防水", content="六楼楼顶漏水三个月,物业一直不管")


def reply(case, **said):
    p, ticket = case
    body = body_for("submit_reply", ticket, NOON) | {"text": GOOD, "contacted": "no", "not_contacted_reason": "无人接听",
                                                    "hints_read": ""} | said
    return steps.take(STEPS["submit_reply"], ticket, by=p.ul, body=body, now=NOON)


def test_a_person_s_name_has_to_be_taken_out_whatever_one_says(case):
    case[1].caller.name = "欧阳建国"
    with pytest.raises(steps.Invalid) as refused:
        reply(case, text=f"{GOOD}欧阳建国", hints_read="on")

    assert "欧阳建国" in refused.value.form.errors["text"][0]
    assert "hints_read" not in refused.value.form.errors
    assert not Reply.objects.exists()


def test_a_hint_is_kept_only_by_saying_so_and_the_reviewer_sees_it(case):
    with pytest.raises(steps.Invalid) as refused:
        reply(case, text=f"{GOOD}问题已彻底解决。")
    assert {"text", "hints_read"} == set(refused.value.form.errors)

    reply(case, text=f"{GOOD}问题已彻底解决。", hints_read="on")

    assert Reply.objects.get().findings == [["absolute", "彻底解决"]]


def test_the_same_text_for_the_fourth_time_is_noticed(case):
    p, ticket = case
    for _number in range(compliance.REUSED_OFTEN):
        other = make.in_hand(p)
        make.replies.submit_reply(other.pk, by=p.ul, now=NOON, **make.reply_block(text=GOOD, contacted=False))
    earlier = Reply.objects.filter(unit=ticket.lead_unit)

    assert [finding.rule for finding in compliance.reused(GOOD, earlier, now=NOON)] == [Rule.REUSED]
    assert compliance.reused(f"{GOOD} ", earlier, now=NOON) == []
    assert compliance.reused(GOOD, earlier, now=NOON + compliance.REUSED_LATELY + timedelta(days=1)) == []
    with pytest.raises(steps.Invalid):
        reply(case)


def test_nobody_is_asked_about_hints_that_there_are_none_of(case):
    p, ticket = case
    form = STEPS["submit_reply"].bind(ticket, p.ul, NOON, None)
    assert "hints_read" not in [field.name for field in form.visible_fields()]

    with pytest.raises(steps.Invalid) as refused:
        reply(case, text=f"{GOOD}问题已彻底解决。")

    assert "hints_read" in [field.name for field in refused.value.form.visible_fields()]
