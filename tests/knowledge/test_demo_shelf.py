"""The shelf of the demo: written by one editor and approved by another, through the real actions."""
import pytest

from accounts.instant import database_now
from hotline.demo import knowledge, people
from hotline.demo.articles import ENTRIES
from hotline.demo.questions import QUESTIONS
from knowledge import actions
from knowledge.models import Status, Version

pytestmark = pytest.mark.django_db


def test_the_shelf_is_filled_once_by_two_editors(p):
    now = database_now()
    people.bring_in(password="for-the-demo-only", now=now)
    cast = people.assemble()

    assert knowledge.stock(cast, now=now) == len(ENTRIES) + 3
    assert knowledge.stock(cast, now=now) == 0

    published = Version.objects.filter(status=Status.PUBLISHED)
    assert published.count() == len(ENTRIES) >= 20
    assert not [row for row in published if row.author_id == row.approved_by_id]
    assert set(Version.objects.values_list("status", flat=True)) >= {"proposed", "draft", "submitted", "published"}
    for question in QUESTIONS:
        number = knowledge.cited_for(question.title)
        assert not number or actions.citable(number, now=now)


def test_what_operators_answer_with_is_asked_in_the_demo():
    asked = {question.title for question in QUESTIONS}

    assert {title for entry in ENTRIES for title in entry.about} <= asked
