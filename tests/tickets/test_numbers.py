"""Numbers without gaps, whatever fails or happens at the same time; query codes; keys of intake."""
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from insights import audit
from tests import factories as make
from tests.factories import NOON
from tests.racing import lost, race
from tickets import intake, numbers
from tickets.calendars import LOCAL
from tickets.intake import KeyReused
from tickets.models import Call, DailyCounter, IdempotencyKey, Ticket


class Broken(Exception):
    """Something went wrong after the number was taken."""


def all_numbers():
    return sorted(Ticket.objects.values_list("ticket_no", flat=True))


def day_numbers(count, day="20260302"):
    return [f"{day}{n:05d}" for n in range(1, count + 1)]


@pytest.mark.django_db
def test_numbers_count_up_within_a_day_and_begin_anew_at_local_midnight():
    late, early = datetime(2026, 3, 2, 23, 59, 59, tzinfo=LOCAL), datetime(2026, 3, 3, tzinfo=LOCAL)

    assert [numbers.take_number("T", moment) for moment in (NOON, late, early)] == [
        "2026030200001", "2026030200002", "2026030300001"]
    assert timezone.localtime(late).date() != timezone.localtime(early).date()


@pytest.mark.django_db
def test_tickets_and_calls_are_counted_apart():
    assert numbers.take_number("T", NOON) == numbers.take_number("C", NOON) == "2026030200001"


@pytest.mark.django_db
def test_a_day_of_a_hundred_thousand_does_not_stop_the_hotline():
    DailyCounter.objects.create(kind="T", day=NOON.date(), value=99_999)

    assert numbers.take_number("T", NOON) == "20260302100000"


@pytest.mark.django_db
def test_an_intake_that_fails_gives_its_number_back():
    p = make.make_people()
    make.draft(p)

    with pytest.raises(Broken), transaction.atomic():
        make.draft(p)
        raise Broken
    make.draft(p)

    assert all_numbers() == day_numbers(2)
    assert sorted(Call.objects.values_list("call_no", flat=True)) == day_numbers(2)


@pytest.mark.django_db
def test_a_voided_draft_keeps_its_number_and_nobody_gets_it_again():
    p = make.make_people()
    intake.void_draft(make.draft(p).pk, by=p.op, now=NOON, reason="录入错误")

    assert make.draft(p).ticket_no == "2026030200002"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_numbers_are_gapless_when_threads_register_and_fail_at_the_same_time():
    p = make.make_people()

    def register(fails):
        with transaction.atomic():
            make.draft(p)
            if fails:
                raise Broken

    def shift(seed):
        for turn in range(5):
            try:
                register(fails=(seed + turn) % 3 == 0)
            except Broken:
                continue

    results = race(*[lambda seed=seed: shift(seed) for seed in range(6)])

    assert lost(results) == []
    assert all_numbers() == day_numbers(Ticket.objects.count())
    assert Ticket.objects.count() == 20
    assert [finding.count for finding in audit.run(now=NOON, codes=["I15"])] == [0]


@pytest.mark.django_db
def test_the_audit_finds_a_gap_a_double_and_a_counter_that_was_set_back():
    p = make.make_people()
    for _call in range(3):
        make.draft(p)
    assert gaps() == 0

    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_dailycounter SET value = 2 WHERE kind = 'T'")
        assert gaps() == 1
        cursor.execute("UPDATE tickets_dailycounter SET value = 4 WHERE kind = 'T'")
        assert gaps() == 1
        cursor.execute("DELETE FROM tickets_dailycounter WHERE kind = 'C'")
        assert gaps() == 2


def gaps():
    return audit.run(now=NOON, codes=["I15"])[0].count


# --- keys of intake -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_key_belongs_to_its_user():
    p = make.make_people()
    colleague = make.make_user("OP", "RX-JX")

    first, _created = intake.register(by=p.op, now=NOON, key="k", **make.matter())
    second, created = intake.register(by=colleague, now=NOON, key="k", **make.matter())

    assert created and first.pk != second.pk


@pytest.mark.django_db
def test_a_retry_hours_later_brings_the_same_ticket_whatever_became_of_it():
    p = make.make_people()
    ticket, _created = intake.register_and_submit(by=p.op, now=NOON, key="k", **make.matter())
    intake.approve(ticket.pk, by=p.rv, now=NOON)

    again, created = intake.register_and_submit(by=p.op, now=NOON + timedelta(hours=5), key="k", **make.matter())

    assert (again.pk, created, again.state) == (ticket.pk, False, "pending_dispatch")
    assert Ticket.objects.count() == Call.objects.count() == 1


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused_and_leaves_nothing():
    p = make.make_people()
    intake.register(by=p.op, now=NOON, key="k", **make.matter())

    with pytest.raises(KeyReused):
        intake.register(by=p.op, now=NOON, key="k", **make.matter(demand="另一个诉求"))

    assert Ticket.objects.count() == IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_an_intake_that_fails_gives_its_key_back():
    p = make.make_people()
    with pytest.raises(Broken), transaction.atomic():
        intake.register(by=p.op, now=NOON, key="k", **make.matter())
        raise Broken

    ticket, created = intake.register(by=p.op, now=NOON, key="k", **make.matter())

    assert created and ticket.ticket_no == "2026030200001"


# --- query codes ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_query_code_is_the_same_every_time_and_another_for_every_ticket():
    p = make.make_people()
    tickets = [make.draft(p) for _call in range(20)]
    codes = [numbers.query_code(ticket) for ticket in tickets]

    assert len(set(codes)) == 20
    assert all(len(code) == 8 and code.isalnum() for code in codes)
    assert codes == [numbers.query_code(Ticket.objects.get(pk=ticket.pk)) for ticket in tickets]


@pytest.mark.django_db
def test_a_query_code_cannot_be_computed_from_the_row_alone(settings):
    p = make.make_people()
    ticket = make.draft(p)
    code = numbers.query_code(ticket)

    settings.HASH_KEY = "another key of at least thirty-two characters"

    assert numbers.query_code(ticket) != code


def test_the_hash_of_a_body_depends_on_what_it_says_not_on_how():
    assert numbers.body_hash({"a": 1, "b": "水"}) == numbers.body_hash({"b": "水", "a": 1})
    assert numbers.body_hash({"a": 1}) != numbers.body_hash({"a": "1"})
