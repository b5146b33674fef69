"""manage.py import_messages: messages of other channels come in through the real intake, once."""
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.instant import database_now
from tests import factories as make
from tickets.imports import BadLine, UnknownChannel, channel_called, parse
from tickets.models import Ticket, TicketEvent
from tickets.states import State

pytestmark = pytest.mark.django_db
MESSAGE = {"message_id": 70001, "user": "B0000001", "topic": "书院街的路灯不亮", "time": "2019-03-02 21:10:05",
           "detail": "书院街从路口往里数第三根灯杆开始都不亮，已经一个星期了。"}


@pytest.fixture
def operator():
    make.load_reference()
    return make.make_user("OP", "RX-JX", username="op")


@pytest.fixture
def file(tmp_path):
    """A function that writes a file of messages; text and bytes go in as they are."""

    def write(*rows):
        path = tmp_path / "messages.jsonl"
        lines = [row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode() for row in rows]
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    return write


def run(path, *options):
    """(summary, complaints, exit code)"""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("import_messages", path, *options, stdout=out, stderr=err, verbosity=0)
    except SystemExit as end:
        code = end.code
    return out.getvalue().strip(), err.getvalue().strip(), code


def message(**changes):
    return MESSAGE | changes


def test_a_message_lands_in_the_review_queue_accepted_now_whenever_it_was_written(operator, file):
    before = database_now()

    summary, complaints, code = run(file(message()), "--channel", "门户网站")

    ticket = Ticket.objects.get()
    assert (summary, complaints, code) == ("1 imported, 0 were there already, 0 bad lines", "", 0)
    assert (ticket.state, ticket.channel, ticket.source_ref) == (State.PENDING_REVIEW, "portal", "70001")
    assert (ticket.title, ticket.content) == (MESSAGE["topic"], MESSAGE["detail"])
    assert before <= ticket.accepted_at <= database_now()
    assert ticket.occurred_at.isoformat() == "2019-03-02T13:10:05+00:00"
    assert ticket.registered_by == operator
    assert ticket.caller.name == "B0000001"
    assert sorted(ticket.clocks.filter(status="running").values_list("kind", flat=True)) == ["COMPLETION", "RESPONSE", "REVIEW"]


def test_a_second_run_imports_nothing_twice_and_says_so(operator, file):
    path = file(message(), message(message_id=70002), message(message_id=None, detail="没有编号的留言，也只应当导入一次。"))

    first, second = run(path, "--channel", "portal"), run(path, "--channel", "portal")

    assert first[0] == "3 imported, 0 were there already, 0 bad lines"
    assert second == ("0 imported, 3 were there already, 0 bad lines", "", 0)
    assert Ticket.objects.count() == 3
    assert TicketEvent.objects.count() == 6


def test_the_same_number_in_another_channel_is_another_message(operator, file):
    path = file(message())

    run(path, "--channel", "portal")
    summary, _complaints, _code = run(path, "--channel", "微信")

    assert summary.startswith("1 imported")
    assert Ticket.objects.count() == 2


def test_bad_lines_are_named_and_the_others_go_on(operator, file):
    path = file(message(), "{half a line", "", "[1, 2]", message(message_id=2, topic="", detail=""), message(message_id=3, detail="一\0二三四五六七八九十"),
                b'{"topic": "\xff\xfe"}', message(message_id=4, topic="短", detail="短"), message(message_id=5, time="gestern"),
                message(message_id=6, detail="\ud800" * 12), message(message_id=7))

    summary, complaints, code = run(path, "--channel", "portal")

    assert summary == "2 imported, 0 were there already, 8 bad lines"
    assert code == 1
    assert [line.partition(":")[0] for line in complaints.splitlines()] == [f"line {number}" for number in (2, 4, 5, 6, 7, 8, 9, 10)]
    assert list(Ticket.objects.order_by("pk").values_list("source_ref", flat=True)) == ["70001", "7"]


def test_the_limit_counts_lines_so_that_a_second_run_looks_at_the_same_ones(operator, file):
    path = file(*(message(message_id=number) for number in range(5)))

    assert run(path, "--channel", "portal", "--limit", "2")[0] == "2 imported, 0 were there already, 0 bad lines"
    assert run(path, "--channel", "portal", "--limit", "2")[0] == "0 imported, 2 were there already, 0 bad lines"


def test_what_is_too_long_is_shortened_and_the_note_says_so(operator, file):
    run(file(message(topic="长" * 60, detail="字" * 2500)), "--channel", "portal")

    ticket = Ticket.objects.get()
    assert ticket.title == "长" * 40
    assert ticket.content == "字" * 2000
    assert "2500" in ticket.note


def test_a_short_detail_is_read_together_with_its_topic():
    assert parse(json.dumps(message(detail="请修")).encode()).content == "书院街的路灯不亮 请修"


def test_phone_numbers_in_a_message_stay_as_they_are(operator, file):
    run(file(message(detail="请打 13900001234 联系我，路灯坏了一个星期。")), "--channel", "portal")

    assert "13900001234" in Ticket.objects.get().content


def test_a_time_to_come_is_no_time_of_occurrence(operator, file):
    later = (database_now() + timedelta(days=400)).strftime("%Y-%m-%d %H:%M:%S")

    run(file(message(time=later)), "--channel", "portal")

    assert Ticket.objects.get().occurred_at is None


@pytest.mark.parametrize(("name", "channel"), [("portal", "portal"), ("门户网站", "portal"), ("Web portal", "portal"),
                                               ("PORTAL", "portal"), ("微信", "wechat"), ("110移交", "transfer_110")])
def test_a_channel_goes_by_its_code_and_by_its_name_in_both_languages(name, channel):
    assert channel_called(name) == channel


def test_an_unknown_channel_ends_with_a_sentence(operator, file):
    with pytest.raises(UnknownChannel):
        channel_called("信鸽")
    with pytest.raises(CommandError, match="There is no channel 信鸽"):
        run(file(message()), "--channel", "信鸽")


@pytest.mark.parametrize(("login", "sentence"), [("nobody", "Nobody is called nobody"), ("rv", "rv is no operator")])
def test_only_an_operator_registers_messages(operator, file, login, sentence):
    make.make_user("RV", "RX", username="rv")

    with pytest.raises(CommandError, match=sentence):
        run(file(message()), "--as", login)
    assert Ticket.objects.count() == 0


def test_a_missing_file_ends_with_a_sentence(operator, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.jsonl", "--channel", "portal")


@pytest.mark.parametrize("row", [{"topic": ["a"], "detail": "b" * 20}, {"topic": "a", "detail": {"b": 1}}, {"detail": True}])
def test_fields_that_are_no_text_are_bad(row):
    with pytest.raises(BadLine, match="is not text"):
        parse(json.dumps(row).encode())
