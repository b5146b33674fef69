"""Take the pictures of the documents: the pages of the demo district, as each role sees them.

    make screenshots                                        # starts a demo district of its own
    HOTLINE_DEMO_PASSWORD=… make screenshots SITE=http://127.0.0.1:8000

Writes docs/pictures/<role>-<page>[-en][-phone][-dark].png and docs/screens.md, which shows them.
"""
import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from small_png import smaller  # noqa: E402

from bench.district import Screen, demo_district  # noqa: E402
from tests import get_browser  # noqa: E402

FLAGS = [*get_browser.FLAGS, "--force-color-profile=srgb", "--font-render-hinting=none"]  # the same on every machine
PICTURES, DOCUMENT = ROOT / "docs" / "pictures", ROOT / "docs" / "screens.md"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}

# picture prefix: (log-in, who, what the day is like)
ROLES = {
    "op": ("op", "Operator", "Takes the call, writes while listening, answers or submits, reads out number and query code."),
    "ops": ("ops", "Shift leader", "Keeps the floor in sight, dispatches a critical call at once."),
    "rv": ("rv", "Reviewer", "Checks what came in and what units answered; refuses only with a second person."),
    "dp": ("dp", "Dispatcher", "Gives each ticket to a lead unit and co-units, decides what units send back."),
    "li": ("li.zj", "Unit liaison", "Signs for the unit, assigns down, keeps its inbox on time."),
    "hd": ("hd.zj", "Unit handler", "Calls the citizen, does the work, writes the reply; often on a phone in the street."),
    "ul": ("ul.zj", "Unit leader", "Signs what is urgent, asks for more time."),
    "cb": ("cb", "Callback agent", "Calls every citizen back: solved, satisfied, or once more."),
    "sv": ("sv", "Supervisor", "Sees what is late before it is late, orders, rules on disputes."),
    "zh": ("zh", "Coordination group", "Decides what does not count in the assessment."),
    "dl": ("dl", "Duty leader", "Leads the day: critical cases, suspensions, the second signature."),
    "ql": ("ql", "District leader", "Sees the whole district and gives instructions."),
    "ke": ("ke", "Knowledge editor", "Keeps the answers that operators read out."),
    "qi": ("qi", "Quality inspector", "Reads closed cases again."),
    "ad": ("ad", "Administrator", "People, roles, the duty roster; no tickets."),
    "au": ("au", "Auditor", "Who saw and did what; reads only."),
}
SHARED = {"account": "/account/", "roster": "/roster/", "keys": "/keys/", "styleguide": "/styleguide/"}  # the same for all
FOLLOWED = {  # pages behind a link: (page, "" for a ticket; the link)
    "ad-person": ("/people/", "main a[href^='/people/']:not([href$='/new/'])"),
    "ad-limits-new": ("/limits/", "main a[href$='/new/']"),
    "sv-proof": ("", "#clocks a"),
    "ad-special": ("/limits/", "main a[href$='/special/']"),
    "sv-holders": ("", "#held a"),
    "sv-seen": ("", "main a[href$='/seen/']"),
    "sv-report": ("/desk/reports/?kind=weekly", "main th a[href^='/desk/reports/']"),
    "sv-alert": ("/desk/alerts/", "main th a[href^='/desk/alerts/'], main td a[href^='/desk/alerts/']"),
    "hd-evidence": ("", "main a[href$='/evidence/']"),
    "cb-callback": ("", "main a[href$='/callback/']"),
    "li-feedback": ("/desk/unit/", "main a[href$='/feedback/']"),
}
VARIANTS = {  # a chosen few in English, on a phone, in the dark
    "en": ("op-new", "rv-review", "dp-dispatch", "li-ticket", "cb-callback", "sv-supervision", "sv-proof", "sv-appeals",
           "sv-callback-figures", "sv-board", "sv-ranking", "sv-report", "sv-alerts", "sv-alert", "dl-duty"),
    "phone": ("op-mine", "op-new", "hd-unit", "hd-ticket", "hd-step", "hd-field-list", "cb-callback", "sv-board", "sv-report",
              "sv-alert", "dl-duty",
              "ql-leader"),
    "en-phone": ("hd-unit", "hd-ticket"),
    "dark": ("op-new", "li-ticket", "sv-supervision", "rv-step"),
    "phone-dark": ("hd-ticket",),
}


class Camera(Screen):
    """A screen of one kind, of which pictures are taken."""

    def __init__(self, browser, site, kind=""):
        super().__init__(browser, site, viewport=PHONE if "phone" in kind else DESK,
                         color_scheme="dark" if "dark" in kind else "light")
        self.kind = kind

    def sign_in(self, login, password):
        super().sign_in(login, password)
        chosen = {"django_language": "en" if "en" in self.kind.split("-") else "zh-hans",
                  "theme": "dark" if "dark" in self.kind else "light"}
        self.context.add_cookies([{"name": name, "value": value, "url": self.site} for name, value in chosen.items()])

    def take(self):
        return self.page.screenshot(animations="disabled", caret="hide", scale="css")


class Album:
    def __init__(self, browser, site, password):
        self.browser, self.site, self.password = browser, site, password
        self.darkroom = browser.new_page()
        self.pages = {}  # {picture without variant: address}, the same ticket in all its variants

    def keep(self, name, camera):
        PICTURES.joinpath(f"{name}.png").write_bytes(smaller(self.darkroom, camera.take()))
        print(f"  {name}", flush=True)

    def show(self, camera, name, path):
        camera.goto(path)
        self.pages.setdefault(name, camera.here())
        self.keep(f"{name}-{camera.kind}" if camera.kind else name, camera)

    def signed_in(self, role, kind=""):
        camera = Camera(self.browser, self.site, kind)
        camera.sign_in(ROLES[role][0], self.password)
        return camera

    def whole_day(self, role):
        """The desk as it greets a newcomer, every page of the menu, a ticket, a form, the bell."""
        camera = self.signed_in(role)
        camera.goto("/")
        if camera.page.locator(".guide form button").count():
            self.keep(f"{role}-guide", camera)
            camera.page.click(".guide form button")
            camera.settle()
        home = camera.here()
        for path in dict.fromkeys([home, *camera.menu(), "/notices/"]):
            if path not in SHARED.values():
                self.show(camera, f"{role}-{name_of(path)}", path)
        camera.goto(home)
        self.show_ticket(camera, role)
        for name, (path, link) in FOLLOWED.items():
            if name.startswith(f"{role}-"):
                camera.goto(path or camera.a_ticket())
                self.show(camera, name, camera.first(link))
        if role == "hd":
            self.show_field_list(camera)
        camera.context.close()

    def show_field_list(self, camera):
        camera.goto("/desk/unit/?list=handling")
        rows = camera.page.evaluate("[...document.querySelectorAll('[data-row]')].map(row => row.dataset.row)")
        if rows:
            self.show(camera, "hd-field-list", "/desk/unit/field-list/?" + "&".join(f"t={row}" for row in rows[:6]))

    def show_ticket(self, camera, role):
        if ticket := camera.a_ticket():
            self.show(camera, f"{role}-ticket", ticket)
            if step := camera.first("main .btn-primary[href*='/do/'], main a[href*='/do/']"):
                self.show(camera, f"{role}-step", step)

    def shared_pages(self):
        camera = Camera(self.browser, self.site)
        self.show(camera, "all-login", "/login/")
        camera.sign_in("op", self.password)
        for name, path in SHARED.items():
            if camera.context.request.get(self.site + path).ok:
                self.show(camera, f"all-{name}", path)
        camera.goto("/")
        camera.page.keyboard.press("Control+k")
        camera.settle()
        self.keep("all-palette", camera)
        self.show(camera, "all-missing", "/tickets/1/")
        camera.context.close()

    def variants(self):
        for kind, names in VARIANTS.items():
            for role in dict.fromkeys(name.partition("-")[0] for name in names):
                camera = self.signed_in(role, kind)
                for name in names:
                    if name.startswith(f"{role}-") and name in self.pages:
                        self.show(camera, name, self.pages[name])
                camera.context.close()


def name_of(path):
    parts = [part for part in path.split("?")[0].split("/") if part]
    return "home" if not parts else "all" if parts == ["tickets"] else parts[-1]


def words_of(name):
    """The page, and in what variant."""
    kind = max((kind for kind in VARIANTS if name.endswith(f"-{kind}")), key=len, default="")
    page = name.removesuffix(f"-{kind}") if kind else name
    return ", ".join([page, *kind.split("-")] if kind else [page])


def write_document():
    """docs/screens.md: every picture under the role whose day it shows."""
    pictures = sorted(path.stem for path in PICTURES.glob("*.png"))
    lines = ["# Screens", "What each role sees in the demo district, taken by `make screenshots`: Chinese on a desk of",
             "1366 × 768, and a chosen few in English, on a phone of 390 × 844 and in the dark.", ""]
    groups = {**{role: (who, text) for role, (_login, who, text) in ROLES.items()},
              "all": ("Everybody", "What is the same for all roles.")}
    for role, (who, text) in groups.items():
        own = [name for name in pictures if name.startswith(f"{role}-")]
        lines += [f"## {who}", text, ""]
        for name in own:
            words = words_of(name.removeprefix(f"{role}-"))
            lines += [f"{words}:", f"![{who}: {words}](pictures/{name}.png)", ""]
    DOCUMENT.write_text("\n".join(lines), encoding="utf-8")


def take(site, password):
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=get_browser.browser(), args=FLAGS)
        album = Album(browser, site, password)
        for role in ROLES:
            album.whole_day(role)
        album.shared_pages()
        album.variants()
        browser.close()
    write_document()
    size = sum(path.stat().st_size for path in PICTURES.glob("*.png"))
    print(f"{len(list(PICTURES.glob('*.png')))} pictures, {size / 1e6:.1f} MB")


def main():
    if len(sys.argv) > 1 and re.match(r"https?://", sys.argv[1]):
        take(sys.argv[1].rstrip("/"), os.environ["HOTLINE_DEMO_PASSWORD"])
    else:
        with demo_district() as (site, password, _folder):
            take(site, password)


if __name__ == "__main__":
    main()
