"""Rows that tell: once a person, channel and cause; and the bell that shows them."""
import threading
import time
from datetime import timedelta

import pytest
from django.urls import reverse

from notices import actions
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang():
    return make.make_user(display_name="王强", phone="13800138000")


@pytest.fixture
def li():
    return make.make_user(display_name="李敏")


def tell(*people, cause="event:1:1", kind="reminder", **options):
    actions.tell(people, **{"cause": cause, "kind": kind, "ticket_no": "2026030200001", "now": NOON} | options)


def test_each_person_gets_one_row_per_channel(wang, li):
    tell(wang, li, channels=("inapp", "sms"))

    assert set(Notice.objects.values_list("recipient", "channel")) == {
        (wang.pk, "inapp"), (wang.pk, "sms"), (li.pk, "inapp")}  # li has no phone: the bell has it


def test_the_same_cause_tells_nobody_twice(wang, li):
    tell(wang, wang)
    tell(wang, li)

    assert Notice.objects.count() == 2


def test_another_cause_is_told_again(wang):
    tell(wang)
    tell(wang, cause="event:1:2")

    assert Notice.objects.count() == 2


def test_quiet_hours_hold_the_message_and_not_the_bell(wang):
    morning = NOON + timedelta(hours=8)

    tell(wang, channels=("inapp", "sms"), not_before=morning)

    assert Notice.objects.get(channel="sms").next_try_at == morning
    assert Notice.objects.get(channel="inapp").next_try_at == NOON


def test_a_citizen_is_told_once_and_the_number_is_not_readable_in_the_database(wang, django_assert_num_queries):
    from django.db import connection
    for _twice in range(2):
        actions.tell_citizen("13912345678", cause="accepted:1", kind="accepted", ticket_no="2026030200001", now=NOON)

    assert Notice.objects.get().address == "13912345678"
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notices_notice")
        assert "13912345678" not in cursor.fetchone()[0]


def test_a_citizen_without_a_number_is_not_told():
    actions.tell_citizen("", cause="accepted:1", kind="accepted", ticket_no="2026030200001", now=NOON)

    assert not Notice.objects.exists()


def test_a_message_without_wording_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="made_up"):
        actions.tell_citizen("13912345678", cause="x", kind="made_up", ticket_no="", now=NOON)


# --- the hint -----------------------------------------------------------------------------------------


def test_a_hint_never_makes_the_caller_wait_and_never_fails():
    slow = threading.Event()

    def send():
        slow.wait(5)
        raise ConnectionError

    waker = actions.Waker(send)
    begun = time.monotonic()
    for _ in range(1000):
        waker.wake()
    assert time.monotonic() - begun < 1

    slow.set()
    for _ in range(500):
        if waker.failures:
            break
        time.sleep(0.01)
    assert 1 <= waker.failures <= 2  # a thousand hints became one, or one more


def test_only_the_web_process_hints(wang, settings, django_capture_on_commit_callbacks):
    settings.PROCESS = "worker"
    with django_capture_on_commit_callbacks() as callbacks:
        tell(wang)
    assert callbacks == []

    settings.PROCESS = "web"
    with django_capture_on_commit_callbacks() as callbacks:
        tell(wang, cause="another")
    assert callbacks == [actions.waker.wake]


# --- the bell -----------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client, wang):
    client.force_login(wang)
    return client


def page(client, **parameters):
    response = client.get(reverse("notices:list"), parameters)
    assert response.status_code == 200
    return response


def test_the_bell_counts_what_i_have_not_read_and_nothing_of_others(signed_in, wang, li):
    tell(wang)
    tell(wang, cause="event:1:2")
    tell(li, cause="event:1:3")

    assert ">2<" in signed_in.get(reverse("notices:count")).content.decode()
    assert len(page(signed_in).context["items"]) == 2


def test_the_bell_is_silent_with_nothing_to_read(signed_in):
    assert signed_in.get(reverse("notices:count")).content.decode().strip() == ""


def test_looking_does_not_mark_anything_as_read(signed_in, wang):
    tell(wang)

    page(signed_in)

    assert Notice.objects.unread().count() == 1


def test_one_is_marked_as_read(signed_in, wang):
    tell(wang)
    tell(wang, cause="event:1:2")
    first = Notice.objects.order_by("pk").first()

    answer = signed_in.post(reverse("notices:read"), {"notice": first.pk})

    assert answer.status_code == 302
    assert Notice.objects.unread().get().cause == "event:1:2"


def test_nobody_marks_what_others_were_told(signed_in, li):
    tell(li)

    signed_in.post(reverse("notices:read"), {"notice": Notice.objects.get().pk})
    signed_in.post(reverse("notices:read"), {"upto": 10**9})

    assert Notice.objects.unread().count() == 1


def test_what_came_after_the_page_was_opened_stays_unread(signed_in, wang):
    tell(wang)
    newest = page(signed_in).context["newest"]
    tell(wang, cause="came later")

    signed_in.post(reverse("notices:read"), {"upto": newest})

    assert Notice.objects.unread().get().cause == "came later"


def test_a_post_that_names_nothing_marks_nothing(signed_in, wang):
    tell(wang)

    signed_in.post(reverse("notices:read"))

    assert Notice.objects.unread().count() == 1


def test_after_marking_the_fragment_equals_a_fresh_page(signed_in, wang):
    tell(wang)
    tell(wang, cause="event:1:2")
    first = Notice.objects.order_by("pk").first()

    fragment = signed_in.post(reverse("notices:read"), {"notice": first.pk}, headers={"HX-Request": "true"})

    assert "notices-read" in fragment.headers["HX-Trigger"]
    assert without_tokens(fragment.content.decode()) in without_tokens(page(signed_in).content.decode())


def without_tokens(html):
    import re
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html).strip()


def test_older_notices_are_on_the_next_page(signed_in, wang):
    for number in range(60):
        tell(wang, cause=f"event:1:{number}")

    first = page(signed_in).context
    second = page(signed_in, before=first["older"]).context

    assert (len(first["items"]), len(second["items"]), second["older"]) == (50, 10, "")
    assert {item["pk"] for item in first["items"]}.isdisjoint(item["pk"] for item in second["items"])


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 30, "1e3", "²"])
def test_nonsense_in_the_address_is_ignored(signed_in, wang, nonsense):
    tell(wang)

    assert len(page(signed_in, before=nonsense, digest=nonsense).context["items"]) == 1


def test_a_page_costs_the_same_for_one_notice_as_for_ten(signed_in, wang, django_assert_max_num_queries):
    for number in range(10):
        tell(wang, cause=f"event:1:{number}")

    with django_assert_max_num_queries(10):  # one of them once a minute: who leads the shift
        page(signed_in)


def test_a_stranger_is_sent_to_the_log_in(client):
    for name in ("list", "count"):
        assert client.get(reverse(f"notices:{name}")).status_code == 302
    assert client.post(reverse("notices:read"), {"upto": 1}).status_code == 302
