"""A new page must be examined: every address is in the table, as a page or with the reason why it is none."""
import pytest

from tests.pages import table
from tests.pages.scenes import SCENES
from tests.pages.test_matrix import EVERYBODY
from tickets.steps import STEPS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
BY_THE_SYSTEM = {"deem_signed", "archive"}  # nobody is offered these


def test_every_address_is_a_page_that_is_examined_or_says_why_not():
    names = {name for name, _audience in table.addresses() if not table.is_for_programs(name)}
    known = table.PAGES | set(table.NO_PAGES) | table.REACHED_OTHERWISE

    assert sorted(names - known) == [], "a new page must be examined: enter it in tests/pages/table.py"
    assert sorted(known - names) == [], "gone from the addresses"


def test_no_page_is_listed_twice():
    assert not table.PAGES & set(table.NO_PAGES)
    assert set(table.WITH_ARGUMENTS) <= table.PAGES
    assert set(SCENES) >= table.REACHED_OTHERWISE


def test_what_is_said_to_be_no_page_is_none(visit):
    """It answers POST only, or with a piece of a page."""
    visitor, wrong = visit("ad"), []
    for name in [name for name, reason in table.NO_PAGES.items() if reason != table.STREAM]:
        answer = visitor.context.request.get(visitor.site + table.somewhere(name), max_redirects=0)
        whole = "<html" in answer.text() and answer.ok
        if whole or table.NO_PAGES[name] == table.POST and answer.status not in (403, 404, 405):
            wrong.append((name, answer.status))

    assert wrong == []


def test_everybody_of_an_audience_is_sent_to_the_page(visits):
    for name in table.PAGES - set(table.WITH_ARGUMENTS):
        assert {visit.who for visit in visits if visit.name == name} == set(table.audience(name))


def test_every_step_is_opened_by_somebody(world):
    assert set(STEPS) - {step for _name, _who, step, _mode in world.offered} <= BY_THE_SYSTEM


def test_every_role_sees_pages(world, visits):
    seen = {visit.who for visit in visits}

    assert set(vars(world.people)) - {"system"} <= seen | {"co"}
    assert seen <= set(EVERYBODY), "somebody's pages are examined by no test"
