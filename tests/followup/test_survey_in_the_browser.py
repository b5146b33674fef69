"""The questionnaire on a phone, without JavaScript and without cookies, as the product's own web server gives it out."""
import pytest
from playwright.sync_api import expect

from followup.models import CallbackTask
from tests import factories as make
from tests.followup.surveys import ask, recorded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def choose(page, question, value):
    page.locator(f"label:has([name={question}][value={value}])").click()


def test_a_citizen_answers_on_a_phone(new_page, site):
    ticket, path = ask(make.make_people())
    page = new_page(viewport=PHONE, java_script_enabled=False)

    page.goto(f"{site}{path}?language=en")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for target in page.locator("main :is(label:has(input), textarea, button)").all():
        box = target.bounding_box()
        assert box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"], (target, box)
    choose(page, "contacted", "yes")
    choose(page, "solved", "unsolved")
    page.locator("[name=note]").fill("The wall is still wet")
    page.locator("main button").click()

    expect(page.locator("#id_satisfied-error")).to_be_visible()
    expect(page.locator("#id_reason-error")).to_be_visible()
    expect(page.locator("[name=solved][value=unsolved]")).to_be_checked()
    expect(page.locator("[name=note]")).to_have_value("The wall is still wet")
    choose(page, "satisfied", "unsatisfied")
    choose(page, "reason", "persists")
    page.locator("main button").click()

    page.wait_for_url(f"{site}/s/?language=en")
    assert page.context.cookies() == []
    assert recorded(ticket) == ("negative", "negative", (1, 1))
    assert CallbackTask.objects.get(ticket=ticket).note == "The wall is still wet"
    assert page.goto(f"{site}{path}").status == 410
    expect(page.locator("a[href='tel:12345']")).to_be_visible()
    assert page.goto(f"{site}/s/guessed").status == 404
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
