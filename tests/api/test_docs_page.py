"""The page that shows the API: Swagger UI from this site alone, under the same content security policy as all pages."""
import pytest
from playwright.sync_api import expect

from tests import factories
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def docs(site, new_page, client):
    """The open page of a signed-in operator, with what it asked for and what it complained of."""
    client.force_login(factories.make_people().op)
    page = new_page(viewport={"width": 1366, "height": 900})
    page.set_default_timeout(60_000)  # the bundle is large
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": site}
                              for name, morsel in client.cookies.items()])
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{site}/api/v1/docs/")
    page.locator("#operations-tag-tickets").click()
    return page


def execute(page, operation):
    block = page.locator(f"#operations-tickets-{operation}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    if operation == "create_ticket":
        block.locator("textarea.body-param__text").fill('{"type": "consult"}')
    block.get_by_role("button", name="Execute").click()
    return block.locator(".live-responses-table tbody .response-col_status")


def test_it_loads_and_runs_without_the_internet_and_without_a_csp_violation(docs, site):
    expect(execute(docs, "list_tickets")).to_contain_text("200", timeout=30_000)

    assert docs.complaints == []
    assert [url for url in docs.asked if not url.startswith((site, "data:", "blob:"))] == []


def test_it_writes_with_the_session_and_its_csrf_token(docs):
    expect(execute(docs, "create_ticket")).to_contain_text("201", timeout=30_000)

    assert Ticket.objects.get().type == "consult"
