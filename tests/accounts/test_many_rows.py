"""Many rows in one statement: what arrives is what was handed over, whatever characters it is made of."""
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import many_rows
from notices.models import Notice
from tests import factories as make
from tickets.models import Ticket

NOW = datetime(2026, 3, 2, 4, 0, 0, 123456, tzinfo=UTC)
TEXTS = ['NULL', '', ' ', '{}', '{"a":1}', 'a,b', '"', "'", '\\', '\\"', '\\N', '100 %', 'line\nbreak', '\t', '屋顶漏水', '🙂']


def notices(texts, **fields):
    return [Notice(cause=f"c:{place}", kind="escalation", address=f"1380000{place:04d}", ticket_no="T", error=text,
                   params={"said": text, text: [1, None, True]}, created_at=NOW, next_try_at=NOW + timedelta(seconds=place),
                   **fields) for place, text in enumerate(texts)]


@pytest.mark.django_db
def test_every_character_arrives_as_it_was_sent():
    many_rows.insert(Notice, notices(TEXTS))

    found = list(Notice.objects.order_by("next_try_at"))
    assert [row.error for row in found] == TEXTS
    assert [row.params for row in found] == [{"said": text, text: [1, None, True]} for text in TEXTS]
    assert [row.next_try_at - NOW for row in found] == [timedelta(seconds=place) for place in range(len(TEXTS))]
    assert {(row.recipient_id, row.not_before, row.created_at) for row in found} == {(None, None, NOW)}


@pytest.mark.django_db
def test_an_encrypted_column_is_encrypted_here_too():
    many_rows.insert(Notice, notices(["a", "b"]))

    assert [row.address for row in Notice.objects.order_by("next_try_at")] == ["13800000000", "13800000001"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_notice WHERE address LIKE '1380%'")
        assert cursor.fetchone() == (0,)


class AnyText(TestCase):
    @given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
    def test_any_text_arrives(self, texts):
        with transaction.atomic():
            many_rows.insert(Notice, notices(texts))
            found = list(Notice.objects.order_by("next_try_at").values_list("error", flat=True))
            transaction.set_rollback(True)
        assert found == texts


@pytest.mark.django_db
def test_many_rows_are_one_statement_and_none_are_no_statement():
    with CaptureQueriesContext(connection) as queries:
        many_rows.insert(Notice, notices(["x"] * 300))
        many_rows.insert(Notice, [])

    assert len(queries) == 1
    assert Notice.objects.count() == 300


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_refused_and_not_cut():
    with pytest.raises(DataError), transaction.atomic():
        many_rows.insert(Notice, notices(["short", "x" * 201]))
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_a_row_that_is_there_already_is_passed_over_only_when_asked_for():
    many_rows.insert(Notice, notices(["first"]))

    many_rows.insert(Notice, notices(["again", "second"]), ignore_conflicts=True)

    assert list(Notice.objects.order_by("next_try_at").values_list("error", flat=True)) == ["first", "second"]
    with pytest.raises(IntegrityError), transaction.atomic():
        many_rows.insert(Notice, notices(["again"]))


@pytest.mark.django_db
def test_an_update_writes_the_named_columns_of_these_rows_and_nothing_else():
    people = make.make_people()
    one, two, other = (make.draft(people) for _ in range(3))
    one.note, two.note, two.demand = "a {b}, \"c\"", "", "never written"

    many_rows.update(Ticket, ("note",), [one, two])

    assert [Ticket.objects.get(pk=row.pk).note for row in (one, two, other)] == ["a {b}, \"c\"", "", other.note]
    assert Ticket.objects.get(pk=two.pk).demand == other.demand
