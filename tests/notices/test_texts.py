"""Every notice has words, and none of them says too much."""
import ast
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from notices import texts
from notices.models import Notice

ROOT = Path(texts.__file__).parent.parent
ACCEPTED = "您好!您的诉求我们已受理。请您耐心等待我们的回复!"  # the wording that the hotline of the seed uses
FILLED = {"query_code": "ABCD2345", "unit": "区住房和城乡建设局", "review_date": "2026-09-01", "channel": "法院",
          "master_no": "2026030200001", "answer": "滨江路供水管道正在抢修，预计今晚8点恢复供水。"}


LINK = "https://12345.example.gov.cn/s/AbCdEfGhIjKlMnOpQrStUv"


def message(kind):
    return texts.message_to_citizen(Notice(kind=kind, ticket_no="2026030200001", params=FILLED, link=LINK))


def test_the_acceptance_message_is_the_default_wording_word_for_word():
    assert message("accepted").startswith(ACCEPTED)
    assert "2026030200001" in message("accepted")
    assert "ABCD2345" in message("accepted")


@pytest.mark.parametrize("kind", texts.CITIZEN)
def test_a_message_to_a_citizen_fits_one_text_message_and_is_complete(kind):
    assert len(message(kind).removesuffix(LINK)) <= 70  # what has a link comes in two parts: 134 characters
    assert len(message(kind)) <= 134
    assert "…" not in message(kind)
    assert "%" not in message(kind)


@pytest.mark.parametrize("kind", texts.CITIZEN)
def test_both_languages_of_a_message_say_the_same_things(kind):
    wording = texts.CITIZEN[kind]
    names = [set(re.findall(r"%\((\w+)\)s", text)) for text in (wording.zh, wording.en)]

    assert names[0] == names[1]


def test_no_message_has_room_for_what_a_citizen_said():
    words = "".join(wording.zh for wording in texts.CITIZEN.values()) + "".join(
        str(text.body) + str(text.title) for text in texts.STAFF.values())

    assert {"content", "demand", "address", "name", "phone", "title"} & set(re.findall(r"%\((\w+)\)s", words)) == set()


def test_what_somebody_typed_does_not_leave_in_a_text_message():
    notice = Notice(kind="return_rejected", ticket_no="2026030200001", params={"decision": "住在3栋502的彭先生"})

    assert "彭" in texts.body(notice)
    assert "彭" not in texts.message_to_person(notice, "zh-hans")


def test_a_notice_is_worded_in_the_language_of_its_reader_and_shows_local_time():
    notice = Notice(kind="escalation", ticket_no="2026030200001",
                    params={"clock": "Response", "due": "2026-03-02T06:00:00+00:00", "rung": "L2"})

    with override("en"):
        assert texts.title(notice) == "A deadline has passed"
        assert "Response" in texts.body(notice)
        assert "2 p.m." in texts.body(notice)
    assert "14:00" in texts.message_to_person(notice, "zh-hans")


def test_an_incomplete_or_old_notice_is_still_shown():
    assert texts.title(Notice(kind="of an older release")) == "of an older release"
    with override("en"):
        assert texts.body(Notice(kind="supervision_issued")) == "Answer before …."


def kinds_told():
    """(file:line, function, kind) of every call of tell and tell_citizen with a kind written out."""
    for path in sorted(ROOT.glob("*/*.py")):
        if path.parent.name in ("accounts", "tickets", "dispatch", "followup", "insights", "notices"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    function = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    for keyword in node.keywords:
                        literal = isinstance(keyword.value, ast.Constant)
                        if function in ("tell", "tell_citizen", "compose") and keyword.arg == "kind" and literal:
                            yield f"{path.relative_to(ROOT)}:{node.lineno}", function, keyword.value.value


def test_every_kind_that_is_told_has_a_text():
    known = {"tell": texts.STAFF, "compose": texts.STAFF, "tell_citizen": texts.CITIZEN}
    told = list(kinds_told())

    assert [(place, kind) for place, function, kind in told if kind not in known[function]] == []
    assert len(told) > 10


def test_every_decision_of_a_request_has_a_text():
    from dispatch.models import Request

    decided = [f"{kind}_{status}" for kind in Request.Kind.values for status in ("approved", "rejected")]
    assert set(decided) <= set(texts.STAFF)
