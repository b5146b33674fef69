"""Two people at the same moment: one article, one approval, one next version, and every use counted."""
import pytest

from knowledge import actions
from knowledge.models import Article, Version
from tests import factories
from tests.factories import NOON
from tests.knowledge.articles import content, draft, editors, published, submitted
from tests.racing import lost, race, won

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def people():
    return factories.make_people()


def test_two_new_articles_get_two_numbers_without_a_gap(people):
    two = editors()

    made = won(race(*[lambda by=by: draft(by) for by in two * 2]))

    assert sorted(Article.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]
    assert len(made) == 4


def test_a_version_is_approved_by_one_of_two(people):
    author, second = editors()
    row = submitted(author)

    results = race(*[lambda by=by: actions.publish(row.article.number, 1, by=by, now=NOON) for by in (second, people.ke)])

    assert (len(won(results)), lost(results)) == (1, ["Overtaken"])
    assert Version.objects.get().approved_by in (second, people.ke)


def test_of_two_who_write_the_next_version_one_is_told(people):
    two = editors()
    row = published(*two)

    results = race(*[lambda by=by: actions.write(by=by, now=NOON, number=row.article.number, base=1, **content()) for by in two])

    assert (len(won(results)), lost(results)) == (1, ["Overtaken"])
    assert row.article.versions.count() == 2


def test_approved_and_sent_back_at_once_it_is_one_of_both(people):
    author, second = editors()
    number = submitted(author).article.number

    results = race(lambda: actions.publish(number, 1, by=second, now=NOON),
                   lambda: actions.send_back(number, 1, by=people.ke, now=NOON, reason="缺少依据"))

    assert (len(won(results)), lost(results)) == (1, ["Overtaken"])


def test_answers_at_the_same_moment_are_all_counted(people):
    row = published(*editors())

    results = race(*[lambda place=place: actions.note_use(row.pk, ticket_no=f"2026030200{place}", by=people.op, now=NOON)
                     for place in range(6)])

    assert lost(results) == []
    assert Article.objects.get().uses == 6
