"""The relay: sends what is queued, tries again, merges crowds, and never sends twice what it knows was sent."""
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from notices import actions, channels, relay
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
sent = []
broken = []


def gateway(phone, text, *, now):
    """A gateway for tests: keeps what it gets, fails while `broken` says so."""
    if broken:
        raise ConnectionError("gateway")
    sent.append((phone, text))


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.SMS_BACKEND = "tests.notices.test_relay.gateway"
    sent.clear()
    broken.clear()
    return sent


@pytest.fixture
def wang():
    return make.make_user(display_name="王强", phone="13800138000")


def tell(person, number=1, kind="supervision_issued", rung="L1", now=NOON, **options):
    actions.tell([person], cause=f"cause:{number}", kind=kind, ticket_no="2026030200001", channels=("inapp", "sms"), now=now,
                 params={"due": NOON.isoformat(), "clock": "Response", "rung": rung}, **options)


def tell_citizen(number=1):
    actions.tell_citizen("13912345678", cause=f"accepted:{number}", kind="accepted", ticket_no="2026030200001",
                         params={"query_code": "ABCD2345"}, now=NOON)


def test_what_waits_is_sent_once(wang):
    tell(wang)
    tell_citizen()

    first, second = relay.relay(now=NOON), relay.relay(now=NOON + MINUTE)

    assert (first.sent, first.shown, second.sent, second.shown) == (2, 1, 0, 0)
    assert {phone for phone, _text in sent} == {"13800138000", "13912345678"}
    assert set(Notice.objects.values_list("status", "sent_at", "next_try_at")) == {("sent", NOON, None)}
    assert Notice.objects.get(recipient=None).wording == sent[-1][1]


def test_what_is_held_back_waits(wang):
    tell(wang, not_before=NOON + timedelta(hours=9))

    assert relay.relay(now=NOON + timedelta(hours=9) - MINUTE).sent == 0
    assert relay.relay(now=NOON + timedelta(hours=9)).sent == 1


def test_a_failing_gateway_is_tried_three_times_with_longer_pauses_and_then_given_up(wang):
    tell(wang)
    broken.append(True)
    notice = Notice.objects.filter(channel="sms")

    assert relay.relay(now=NOON).failed == 0
    assert notice.get().next_try_at == NOON + MINUTE
    assert relay.relay(now=NOON + MINUTE - timedelta(seconds=1)).claimed == 0
    relay.relay(now=NOON + MINUTE)
    assert notice.get().next_try_at == NOON + 6 * MINUTE
    assert relay.relay(now=NOON + 6 * MINUTE).failed == 1

    assert (notice.get().status, notice.get().error, notice.get().next_try_at) == ("failed", "ConnectionError", None)
    assert relay.relay(now=NOON + timedelta(days=1)).claimed == 0


def test_a_gateway_that_recovers_gets_the_message(wang):
    tell(wang)
    broken.append(True)
    relay.relay(now=NOON)
    broken.clear()

    relay.relay(now=NOON + MINUTE)

    assert (len(sent), Notice.objects.get(channel="sms").status) == (1, "sent")


def test_what_a_killed_sender_held_comes_back_and_is_given_up_after_the_third_time(wang):
    tell(wang)

    for number in range(3):  # claimed, and then nobody says how it ended
        assert len(relay.claim(NOON + number * relay.LEASE, 20)) == 1
    assert relay.relay(now=NOON + 3 * relay.LEASE).failed == 1

    assert Notice.objects.get(channel="sms").error == "sender lost"
    assert sent == []


def test_one_bad_row_does_not_hold_up_the_others(wang):
    tell_citizen(1)
    Notice.objects.update(kind="a wording that is gone")
    tell_citizen(2)
    lost = make.make_user(phone="13700137000")
    tell(lost, 3)
    lost.phone = ""
    lost.save()

    done = relay.relay(now=NOON)

    assert (done.claimed, done.sent) == (3, 1)
    assert {notice.error for notice in Notice.objects.filter(channel="sms")} == {"", "KeyError", "NoAddress"}


def test_a_look_sends_no_more_than_its_limit_and_the_next_goes_on():
    for number in range(5):
        tell_citizen(number)

    assert [relay.relay(now=NOON, limit=2).sent for _look in range(4)] == [2, 2, 1, 0]


def test_the_task_goes_on_until_nothing_waits():
    from notices.tasks import relay_now
    for number in range(45):
        tell_citizen(number)

    relay_now()

    assert len(sent) == 45


# --- digests ------------------------------------------------------------------------------------------


def test_up_to_five_deadlines_are_told_one_by_one(wang):
    for number in range(5):
        tell(wang, number, kind="escalation")

    relay.relay(now=NOON)

    assert len(sent) == 5
    assert Notice.objects.bell_of(wang).count() == 5


def test_more_become_one_digest_for_each_channel(wang):
    for number in range(300):
        tell(wang, number, kind="escalation" if number else "warning", rung="L3" if number == 7 else "L1")

    done = relay.relay(now=NOON)

    assert (done.merged, len(sent)) == (600, 1)
    (shown,) = Notice.objects.bell_of(wang)
    assert shown.kind == "digest"
    assert shown.params == {"count": 300, "warnings": 1, "escalations": 299, "rung": "L3"}
    assert shown.merged.count() == 300
    assert "300" in sent[0][1]
    assert set(Notice.objects.values_list("status", flat=True)) == {"sent"}


def test_each_person_has_a_digest_of_his_own(wang):
    zhao = make.make_user(phone="13600136000")
    for number in range(6):
        tell(wang, number, kind="escalation")
        tell(zhao, number, kind="escalation")
    tell(zhao, 100)  # an order is no deadline: it stays apart

    relay.relay(now=NOON)

    assert sorted(phone for phone, _text in sent) == ["13600136000", "13600136000", "13800138000"]


def test_what_is_held_back_for_the_night_is_merged_in_the_morning(wang):
    for number in range(6):
        tell(wang, number, kind="escalation", not_before=NOON + timedelta(hours=9))
    relay.relay(now=NOON)
    assert sent == []

    relay.relay(now=NOON + timedelta(hours=9))

    assert len(sent) == 1


def test_reading_a_digest_reads_what_it_stands_for(wang, client):
    for number in range(6):
        tell(wang, number, kind="escalation")
    relay.relay(now=NOON)
    digest = Notice.objects.bell_of(wang).get()
    client.force_login(wang)

    opened = client.get("/notices/", {"digest": digest.pk})
    assert len(opened.context["items"]) == 6
    of_messages = Notice.objects.get(channel="sms", kind="digest")
    assert client.get("/notices/", {"digest": of_messages.pk}).context["items"] == []
    actions.mark_read(wang, now=NOON, notice_id=digest.pk)

    assert not Notice.objects.filter(recipient=wang, channel="inapp", read_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_many_relays_at_once_send_everything_once(wang):
    for number in range(40):
        tell_citizen(number)
    for number in range(12):
        tell(wang, number, kind="escalation")
    barrier, errors = threading.Barrier(6), []

    def run():
        try:
            barrier.wait()
            while relay.relay(now=NOON, limit=3).claimed:
                pass
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert errors == []
    assert sum(phone == "13912345678" for phone, _text in sent) == 40
    assert len(sent) == 41
    assert Notice.objects.bell_of(wang).count() == 1


# --- the way out --------------------------------------------------------------------------------------


def test_without_a_gateway_messages_go_to_a_file_with_the_number_masked(settings, tmp_path):
    settings.HOTLINE_DATA, settings.SMS_BACKEND = tmp_path, "console"

    channels.send_sms("13800138000", "您好!", now=NOON)
    channels.send_sms("13800138000", "再见。", now=NOON)

    path = Path(tmp_path) / "sms.log"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines == [{"at": NOON.isoformat(), "to": "138****8000", "text": text} for text in ("您好!", "再见。")]
    assert path.stat().st_mode & 0o777 == 0o600
