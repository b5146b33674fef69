"""Two at the same moment, in transactions of their own."""
import threading

import pytest
from django.db import connection
from django.test import Client

from tests import factories
from tests.factories import NOON
from tests.taking.test_drafts import save
from tickets.models import IntakeDraft, ScriptText
from tickets.saying import scripts

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act, count=3):
    def one(number):
        try:
            act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_windows_that_begin_at_the_same_moment_get_a_place_each():
    op, answers = factories.make_people().op, []

    def begin(number):
        client = Client()
        client.force_login(op)
        answers.append(save(client, f"k{number}", page=str(number)).status_code)

    at_once(begin)

    assert answers == [200, 200, 200]
    assert sorted(IntakeDraft.objects.values_list("place", flat=True)) == [0, 1, 2]


def test_two_who_write_a_script_at_the_same_moment_make_two_versions():
    ops = factories.make_people().ops

    at_once(lambda number: scripts.write(key="end", language="en", text=f"Good bye {number}", by=ops, now=NOON))

    assert sorted(ScriptText.objects.values_list("number", flat=True)) == [1, 2, 3]
