"""Suggested units in the form of a dispatch: taken over by a key, never sent by it."""
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


def form_values(visitor):
    return visitor.page.evaluate("""() => {
      const form = document.querySelector("#work form[action*='/do/']");
      return [form.elements.lead_unit.value, [...form.querySelectorAll("[name=co_units]:checked")].map((box) => box.value)];
    }""")


def test_a_suggestion_is_taken_over_by_the_keyboard_and_nothing_is_sent(newcomer, world):
    visitor, ticket = newcomer("dp"), world.tickets["pending_dispatch"]
    visitor.goto(f"/tickets/{ticket.ticket_no}/do/dispatch/")
    lead, co_units = form_values(visitor)
    assert lead.endswith("· ZJ") and co_units == ["WJJD"]

    visitor.page.locator("#work [data-lead]").nth(1).focus()
    visitor.page.keyboard.press("Enter")

    lead, co_units = form_values(visitor)
    assert lead.endswith("· WJJD") and co_units == []
    assert visitor.page.evaluate("document.activeElement.name") == "lead_unit"
    visitor.page.reload()
    visitor.settle()
    assert form_values(visitor)[0].endswith("· WJJD"), "a reload loses what was taken over"
    ticket.refresh_from_db()
    assert ticket.state == "pending_dispatch"
