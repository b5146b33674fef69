"""Words in titles: the index of letter pairs finds what a look at every title would find, and nothing else."""
import pytest
from django.db import connection

from tests import factories
from tickets.models import Ticket
from tickets.search import in_title

pytestmark = pytest.mark.django_db
TITLES = ("江畔小区屋顶漏水两周", "水漏了", "WiFi 信号 wifi", "100%_损坏\\退款", "Straße İstanbul", "😀井盖😀", "漏", "")
WORDS = ("漏水", "水漏", "小区屋顶", "漏", "wifi", "WIFI", "fi 信", "%_", "\\退", "0%", "ss", "ße", "iS", "İs", "😀", "😀井", "没有")


@pytest.fixture
def titled(p):
    rows = [factories.in_review(p) for _title in TITLES]
    for row, title in zip(rows, TITLES, strict=True):
        Ticket.objects.filter(pk=row.pk).update(title=title)


def titles(rows):
    return sorted(rows.values_list("title", flat=True))


def test_it_finds_what_a_look_at_every_title_finds(titled):
    for words in WORDS:
        assert titles(Ticket.objects.filter(in_title(words))) == titles(Ticket.objects.filter(title__icontains=words)), words
    assert titles(Ticket.objects.filter(in_title("漏水"))) == ["江畔小区屋顶漏水两周"]


def test_two_letters_are_enough_for_the_index(titled):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        assert "ticket_title_pairs" in Ticket.objects.filter(in_title("漏水")).explain()
