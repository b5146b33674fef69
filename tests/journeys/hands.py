"""Somebody whose hands never leave the keyboard: a touch of the mouse fails the test."""
from playwright.sync_api import expect

PASSWORD = "Journey-12345-lake"
WATCH = """addEventListener("pointerdown", () => { document.documentElement.dataset.mouse = "used"; }, true)"""


class Hands:
    """One person at one keyboard; counts what was pressed."""

    def __init__(self, username, page, site):
        self.username, self.page, self.site, self.pressed = username, page, site, 0
        page.context.add_init_script(WATCH)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
        return self

    def write(self, text):
        """As an input method commits it: in one piece. Counted as one key a character."""
        self.page.keyboard.insert_text(text)
        self.pressed += len(text)
        return self

    def sign_in(self):
        self.page.goto(f"{self.site}/login/")
        self.reaches("username").write(self.username).press("Tab").write(PASSWORD).press("Enter")
        self.page.wait_for_url(lambda url: "login" not in url)
        self.pressed = 0
        return self

    def is_on(self, selector):
        expect(self.page.locator(selector).first).to_be_focused()
        return self

    def reads(self, text):
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def opens_step(self, name):
        """The digit that stands at the step; the form has the focus then."""
        expect(self.page.locator(f".offers a[href$='/do/{name}/']")).to_be_visible()
        names = self.page.locator(".offers a").evaluate_all("links => links.map(link => link.pathname.split('/').at(-2))")
        self.press(str(names.index(name) + 1))
        return self.in_form(name)

    def in_form(self, name):
        self.page.wait_for_function(
            "name => document.activeElement.form?.action.endsWith(`/do/${name}/`)", arg=name, timeout=10_000
        )
        return self

    def walks_to(self, selector, most=60):
        """With Tab alone."""
        for _tab in range(most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return self
            self.press("Tab")
        raise AssertionError(f"{selector} is more than {most} Tabs away")

    def reaches(self, name):
        for _tab in range(12):
            if self.page.evaluate("document.activeElement.name") == name:
                return self
            self.press("Tab")
        raise AssertionError(f"{name} is more than 12 Tabs away")

    def chooses(self, name, digit):
        """Tab to the question, then the digit of the answer."""
        self.reaches(name).press(str(digit))
        assert self.page.evaluate("[document.activeElement.name, document.activeElement.checked]") == [name, True]
        return self

    def fills(self, name, text):
        return self.reaches(name).write(text)

    def sends(self):
        """Ctrl+Enter, and a yes where it cannot be undone; what was done has the focus on the next page."""
        with self.page.expect_navigation(timeout=30_000):
            self.press("Control+Enter")
            if self.page.locator("dialog.confirm[open]").count():
                self.press("Tab", "Enter")
        expect(self.page.locator("main > [role=status]")).to_be_focused(timeout=20_000)
        assert self.page.evaluate("document.documentElement.dataset.mouse") is None
        return self

    def finds(self, words, *, step=None):
        """Ctrl+K, some words, Enter at once: the answer may still be on its way."""
        self.press("Control+k").is_on("#palette [role=combobox]").write(words).press("Enter")
        expect(self.page.locator("#palette")).not_to_be_visible()
        return self.in_form(step) if step else self
