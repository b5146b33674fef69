"""Pages that an address alone does not open: what a form answers, what stands between password and desk, what fails."""
import io
import time
from dataclasses import dataclass
from typing import Any

import openpyxl
from django_otp.oath import TOTP

from accounts.second_factor import waiting_device
from tests.pages.world import PASSWORD


@dataclass(frozen=True)
class Scene:
    who: str  # an attribute of world.people, "" for somebody who has not signed in
    play: Any  # play(visitor, world) leads to the page
    status: int = 200


SUBMIT = """selector => {
  const form = document.querySelector(selector), button = form.querySelector("button:not([type=button])");
  if (button?.name) form.append(Object.assign(document.createElement("input"), {type: "hidden", name: button.name, value: button.value}));
  HTMLFormElement.prototype.submit.call(form);
}"""


def send(visitor, form):
    """Submit as it is: without the checks of the browser, as a page without scripts would."""
    with visitor.page.expect_navigation(wait_until="load"):
        visitor.page.evaluate(SUBMIT, form)
    visitor.settle()


def signs_in(name):
    def play(visitor, world):
        visitor.context.clear_cookies(name="sessionid")
        visitor.goto("/login/")
        visitor.page.fill("[name=username]", getattr(world, name).username)
        visitor.page.fill("[name=password]", PASSWORD)
        send(visitor, "form[action*=login]")
        assert "/login/" in visitor.page.url and visitor.page.url != f"{visitor.site}/login/", visitor.page.url

    return play


def wrong_password(visitor, world):
    visitor.context.clear_cookies(name="sessionid")
    visitor.goto("/login/")
    visitor.page.fill("[name=username]", "nobody-of-that-name")
    visitor.page.fill("[name=password]", "wrong")
    send(visitor, "form[action*=login]")


def recovery_codes(visitor, world):
    visitor.goto("/account/")
    send(visitor, "form[action$='/second-factor/begin/']")
    device = waiting_device(world.people.sv)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    visitor.page.fill("[name=code]", f"{totp.token():06d}")
    send(visitor, "main form:has([name=code])")
    assert visitor.page.locator("code").count() >= 10


def first_password(visitor, world):
    visitor.goto(f"/people/{world.newcomer.pk}/")
    send(visitor, "form[action$='/reset-password/']")


def empty(path, form):
    """A form that is sent as it was opened."""
    def play(visitor, world):
        visitor.goto(path(world))
        send(visitor, form)
        assert visitor.page.locator(".invalid-feedback, [role=alert]").count(), "nothing was wrong"

    return play


def form_of(ticket, step):
    return lambda world: f"/tickets/{world.tickets[ticket].ticket_no}/do/{step}/"


def conflict(visitor, world):
    """As if somebody had been faster: the form says that it saw an older version."""
    visitor.goto(form_of("pending_review", "return_for_info")(world))
    visitor.page.evaluate("document.querySelector('#work [name=version]').value = '1'")
    visitor.page.fill("#work textarea, #work input[type=text]", "请补充门牌号")
    send(visitor, "#work form[action*='/do/']")


def revealed(visitor, world):
    visitor.goto(f"/tickets/{world.tickets['closed'].ticket_no}/")
    visitor.page.evaluate("document.querySelector(\"form[action$='/reveal/'] [name=reason]\").value = '希望尽快维修'")
    send(visitor, "form[action$='/reveal/']")


def toast(visitor, world):
    visitor.goto("/")
    if not visitor.page.locator("form[action$='/guide/away/']").count():
        send(visitor, "form[action$='/guide/show/']")
    send(visitor, "form[action$='/guide/away/']")


def without_token(visitor, world):
    visitor.goto("/account/")
    visitor.page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((field) => field.remove())")
    send(visitor, "form[action$='/sign-out-everywhere/']")


def rule_tried(visitor, world):
    """What a routing rule would do, with tickets that go elsewhere by it."""
    visitor.goto("/routing/")
    visitor.page.select_option("#rule-lead", "HB")
    visitor.page.check("[name=leads][value=unit]")
    visitor.page.fill("#rule-owner", "物业公司")
    visitor.page.fill("#rule-reason", "情况说明")
    send(visitor, "form[action$='/routing/look/']")
    assert visitor.page.locator("#impact-title").count()


def feedback_looked_at(*names):
    """The preview of a file with a line for each of these tickets."""
    def play(visitor, world):
        book, file = openpyxl.Workbook(), io.BytesIO()
        for row in (("Ticket no.", "Stage feedback"), *((world.tickets[name].ticket_no, "希望尽快维修") for name in names)):
            book.active.append(row)
        book.save(file)
        visitor.goto("/desk/unit/feedback/")
        visitor.page.set_input_files("[name=file]", [{"name": "a.xlsx", "mimeType": "", "buffer": file.getvalue()}])
        send(visitor, "form[action$='/feedback/']")
        assert visitor.page.locator("#preview-title").count()

    return play


def opens(path):
    return lambda visitor, world: visitor.goto(path)


SCENES = {
    "login-code": Scene("", signs_in("guarded")),
    "login-enrol": Scene("", signs_in("enroller")),
    "login-password": Scene("", signs_in("newcomer")),
    "login refused": Scene("", wrong_password),
    "recovery codes": Scene("sv", recovery_codes),
    "first password": Scene("ad", first_password),
    "new person, empty": Scene("ad", empty(lambda world: "/people/new/", "main form:has([name=username])")),
    "shift, empty": Scene("ops", empty(lambda world: "/roster/", "form[action$='/roster/add/']"), 422),
    "step, empty": Scene("rv", empty(form_of("pending_review", "return_for_info"), "#work form[action*='/do/']"), 422),
    "intake, empty": Scene("op", empty(lambda world: "/tickets/new/", "form.intake"), 422),
    "routing rule, empty": Scene("ad", empty(lambda world: "/routing/", "form[action$='/routing/look/']"), 422),
    "routing rule tried": Scene("sv", rule_tried),
    "routing rule tried by who reads no ticket": Scene("ad", rule_tried),
    "feedback looked at": Scene("li", feedback_looked_at("handling", "suspended")),
    "feedback with wrong lines": Scene("li", feedback_looked_at("handling", "pending_receipt", "pending_review")),
    "conflict": Scene("rv", conflict, 409),
    "questionnaire, empty": Scene("", empty(lambda world: world.survey, "main form"), 422),
    "questionnaire that nobody was sent": Scene("", opens("/s/guessed"), 404),
    "revealed": Scene("rv", revealed),
    "toast": Scene("dp", toast),
    "400": Scene("op", opens("/fails/400/"), 400),
    "403": Scene("op", opens("/people/"), 403),
    "403 without a token": Scene("op", without_token, 403),
    "404": Scene("op", opens("/tickets/1/"), 404),
    "404 of a stranger": Scene("", opens("/nothing/here/"), 404),
    "500": Scene("op", opens("/fails/500/"), 500),
    "503": Scene("op", opens("/fails/503/"), 503),
}
OPENED = ("op", "li", "sv", "ad", "ke")  # whose drop-downs and dialogs are opened


def unfolded(visitor):
    """One after the other: each drop-down of the bar, the sheet of keys, the palette with something found."""
    for place in range(visitor.page.locator("header details").count()):
        visitor.page.evaluate("place => document.querySelectorAll('header details').forEach((d, i) => d.open = i === place)", place)
        visitor.settle()
        yield f"drop-down {place}"
    visitor.page.evaluate("document.querySelectorAll('header details').forEach(d => d.open = false)")
    visitor.page.keyboard.press("?")
    yield "sheet of keys"
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press("Control+k")
    visitor.settle()
    yield "palette"
    visitor.page.keyboard.type("1")
    visitor.page.wait_for_timeout(400)
    visitor.settle()
    yield "palette with options"
    visitor.page.keyboard.press("Escape")
