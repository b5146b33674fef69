"""The one table of keys. The script binds from it, the cheat sheet is made of it, and a test holds the two together.

A key does one of three things: it clicks (or, for a field, focuses) what `on` selects on the page, it calls the
function `act` of a script (`hotline.acts.<act>`), or it goes to an address. Without any of these it belongs to the
element that carries it in `data-key`. "1-9" stands for nine keys; "g h" is g, then h.
"""

from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from hotline.templatetags.navigation import places


@dataclass(frozen=True)
class Scope:
    """Where keys hold: on pages on which `where` is found. The first scope of SCOPES that knows a key takes it."""

    name: str
    title: str
    where: str


@dataclass(frozen=True)
class Key:
    scope: str
    keys: tuple[str, ...]
    label: str
    on: str = ""
    act: str = ""
    url: str = ""


SCOPES = (
    Scope("form", gettext_lazy("In a form"),
          "#work form, main form[method=post] :is(input:not([type=hidden]), select, textarea)"),
    Scope("callback", gettext_lazy("Calling back"), "#in-vain"),
    Scope("intake", gettext_lazy("Taking a call"), "form.intake"),
    Scope("ticket", gettext_lazy("On a ticket"), ".offers"),
    Scope("report", gettext_lazy("On a report"), "#h-about"),
    Scope("list", gettext_lazy("In a list"), "main table.list, #next-callback"),
    Scope("everywhere", gettext_lazy("Everywhere"), "body"),
)
KEYS = (
    Key("form", ("ctrl+enter",), gettext_lazy("Send the form"), act="send"),
    Key("form", ("0-9",), gettext_lazy("In a question with choices: the choice with this number"),
        on="main form[method=post] :is([type=radio], select)", act="choose"),
    Key("form", ("arrowup", "arrowdown", "home", "end"), gettext_lazy("In a list of ticks: walk; letters lead to a code"),
        on=".ticks", act="walk_ticks"),
    Key("callback", ("alt+1-9",), gettext_lazy("The citizen was not reached, or declines")),
    Key("intake", ("alt+1-9", "1-9"), gettext_lazy("Type of the matter")),
    Key("intake", ("/",), gettext_lazy("Find the category"), on="#in-category"),
    Key("intake", ("f2",), gettext_lazy("Earlier tickets of the caller"), on="#history-open"),
    Key("intake", ("f3",), gettext_lazy("Search the knowledge"), on="#knowledge-q"),
    Key("intake", ("f4",), gettext_lazy("Similar matters"), on="#similar"),
    Key("intake", ("alt+shift+1-9",), gettext_lazy("Take the suggestion with this number over")),
    Key("intake", ("alt+n",), gettext_lazy("New form")),
    Key("intake", ("alt+t",), gettext_lazy("Insert the template")),
    Key("intake", ("f8",), gettext_lazy("Confidential or not"), on="#in-is_confidential", act="turn"),
    Key("intake", ("ctrl+s",), gettext_lazy("Save draft")),
    Key("intake", ("ctrl+d",), gettext_lazy("Answered: close")),
    Key("intake", ("ctrl+shift+enter",), gettext_lazy("Express dispatch")),
    Key("intake", ("esc",), gettext_lazy("Back to the content"), act="content"),
    Key("ticket", ("1-9",), gettext_lazy("Open the step with this number"), on=".offers a", act="step"),
    Key("ticket", ("e",), gettext_lazy("Into the open form"), on="#work form", act="enter_form"),
    Key("ticket", ("c",), gettext_lazy("Copy the number")),
    Key("ticket", ("s",), gettext_lazy("Copy the summary")),
    Key("ticket", ("n",), gettext_lazy("Next ticket of the list"), act="next_ticket"),
    Key("ticket", ("p",), gettext_lazy("Previous ticket of the list"), act="previous_ticket"),
    Key("ticket", ("u",), gettext_lazy("Back to the list"), act="back"),
    Key("report", ("alt+a",), gettext_lazy("Approve the report")),
    Key("report", ("alt+i",), gettext_lazy("Issue the report")),
    Key("list", ("j",), gettext_lazy("Next row"), act="next_row"),
    Key("list", ("k",), gettext_lazy("Previous row"), act="previous_row"),
    Key("list", ("o", "enter"), gettext_lazy("Open the row"), act="open_row"),
    Key("list", ("x",), gettext_lazy("Select the row"), on="tbody input[type=checkbox]", act="select_row"),
    Key("list", ("/",), gettext_lazy("Filter the list"), on="#filter-q"),
    Key("list", ("n",), gettext_lazy("Next callback"), on="#next-callback"),
    Key("list", (".",), gettext_lazy("Look for news"), on="#desk", act="refresh"),
    Key("everywhere", ("ctrl+k",), gettext_lazy("Pages, tickets, steps and colleagues"), act="palette"),
    Key("everywhere", ("/",), gettext_lazy("Search"), on=".bar [type=search]"),
    Key("everywhere", ("alt+c",), gettext_lazy("Take the call that rings")),
    Key("everywhere", ("alt+r",), gettext_lazy("Ready for the next call")),
    Key("everywhere", ("f9",), gettext_lazy("Connected to 110, 119, 120: write it down")),
    Key("everywhere", ("alt+shift+s", "alt+shift+h", "alt+shift+w", "alt+shift+t"),
        gettext_lazy("The call was silent, harassment, a wrong number, a test")),
    Key("everywhere", ("?",), gettext_lazy("These keys"), act="sheet"),
    Key("everywhere", ("esc",), gettext_lazy("Leave the field; close the form or the window"), act="leave"),
)
# g and the letter lead to a page; people see the letters of the pages that they may open.
LETTERS = {
    "home": "h", "notices:list": "b", "account": "i",
    "tickets:new": "n", "tickets:all": "a", "people": "p", "roster": "w", "insights:audit-log": "l",
    "tickets:desk-mine": "m", "tickets:desk-floor": "f", "tickets:desk-review": "r", "tickets:desk-leader": "e",
    "tickets:desk-quality": "q", "dispatch:desk-dispatch": "d", "dispatch:desk-unit": "u",
    "dispatch:desk-supervision": "s", "dispatch:desk-coordination": "o", "dispatch:desk-duty": "y",
    "followup:desk-callbacks": "c", "dispatch:desk-unit-board": "x", "insights:wall": "v", "tickets:profiles": "t",
    "tickets:calendar": "k", "insights:responsibility": "z", "dispatch:routing": "j", "dispatch:presets": "g",
    "followup:desk-appeals": "1", "followup:desk-unit-appeals": "2",  # the letters are all given
    "followup:tracking": "3", "followup:desk-follow-ups": "4",
    "followup:desk-layers": "5", "followup:sampling": "6", "insights:callback-figures": "7",
    "tickets:calls": "8", "knowledge:desk": "9", "tickets:messages": "0", "knowledge:list": ",", "tickets:caller-notes": ".",
    "tickets:scripts": ";", "tickets:snippets": "-", "tickets:questions": "'",
    "insights:figures": "=", "insights:ranking": "\\", "suggesting:quality": "[", "suggesting:topics": "]",
    "insights:published": "`", "tickets:exports": "/", "insights:board": "*", "insights:reports": "+",
    "insights:alerts": "!", "insights:memos": "~",
}  # fmt: skip


def pages_of(user):
    """(label, address) of every page that this user may open by name, home first."""
    return [
        (_("Home"), reverse("home")),
        *places(user.roles),
        (_("Duty roster"), reverse("roster")),
        (_("Notices"), reverse("notices:list")),
        (_("My account"), reverse("account")),
    ]


@cache
def letters():
    """{address: letter}"""
    return {reverse(name): letter for name, letter in LETTERS.items()}


def goes_of(user):
    """The keys that lead this user to his pages."""
    labels = {url: label for label, url in pages_of(user)}  # each page once: some have the roster in their bar
    return [Key("everywhere", (f"g {letters()[url]}",), label, url=url) for url, label in labels.items() if url in letters()]


def of(user):
    """The table as this user's pages need it."""
    same = same_for_all(get_language())
    return same | {"keys": same["keys"] + [told(key) for key in goes_of(user)]}


def told(key):
    return vars(key) | {"label": str(key.label)}


@cache
def same_for_all(language):
    """What every page of this language carries, made once."""
    return {
        "scopes": [vars(scope) | {"title": str(scope.title)} for scope in SCOPES],
        "keys": [told(key) for key in KEYS],
        "words": {
            "copied": _("Copied: %(what)s"),
            "not_copied": _("The browser did not let us copy."),
            "last": _("That was the last ticket of the list."),
            "first": _("That was the first ticket of the list."),
            "no_list": _("This ticket was not opened from a list."),
        },
    }
