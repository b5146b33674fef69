"""The audit log keeps short English words, the same for every reader; here they get the reader's language."""
from functools import cache

from django.utils.translation import gettext_lazy

from dispatch import boards
from followup import boards as callbacks
from insights.reports.rows import Report
from tickets import queues
from tickets.presenters import Pill
from tickets.steps import STEPS

KINDS = {
    "LOGIN": Pill(gettext_lazy("Signed in"), "", "login"),
    "LOGIN_FAILED": Pill(gettext_lazy("Sign-in failed"), "orange", "alert-triangle"),
    "LOGOUT": Pill(gettext_lazy("Signed out"), "", "logout"),
    "UNMASK": Pill(gettext_lazy("Looked at an identity"), "purple", "eye"),
    "EXPORT": Pill(gettext_lazy("Export"), "purple", "file-export"),
    "EXPORT_FILE": Pill(gettext_lazy("File asked for"), "purple", "file-export"),
    "CONFIG": Pill(gettext_lazy("Configuration"), "blue", "settings"),
    "IMPORT": Pill(gettext_lazy("Import"), "blue", "file-upload"),
    "KNOWLEDGE": Pill(gettext_lazy("Knowledge"), "blue", "book"),
    "DENIED": Pill(gettext_lazy("Refused"), "red", "lock"),
}
WORDS = {
    # what
    "session": gettext_lazy("in the browser"),
    "token": gettext_lazy("by a program"),
    "password": gettext_lazy("password"),
    "one-time code": gettext_lazy("one-time code"),
    "second factor": gettext_lazy("one-time codes"),
    "identity": gettext_lazy("name, phone and address"),
    "calls": gettext_lazy("Calls"),
    "tracking": gettext_lazy("Tracking list"),
    "demo people": gettext_lazy("people of the demo"),
    "city_callback": gettext_lazy("callbacks of the city"),
    "article proposed": gettext_lazy("article proposed"),
    "article written": gettext_lazy("version of an article written"),
    "article submitted": gettext_lazy("article submitted for approval"),
    "article published": gettext_lazy("article approved and published"),
    "article sent back": gettext_lazy("article sent back"),
    "article withdrawn": gettext_lazy("article withdrawn or put away"),
    "ranking": gettext_lazy("ranking of the units published"),
    "resume_sweep": gettext_lazy("escalation set going again"),
    # why
    "idle": gettext_lazy("nobody sat in front of it"),
    "enrolled": gettext_lazy("set up"),
    "second factor removed": gettext_lazy("one-time codes removed"),
    "created": gettext_lazy("created"),
    "role granted": gettext_lazy("role granted"),
    "role revoked": gettext_lazy("role revoked"),
    "password changed": gettext_lazy("password changed"),
    "password reset": gettext_lazy("password reset"),
    "deactivated": gettext_lazy("switched off"),
    "reactivated": gettext_lazy("switched on"),
    "signed out everywhere": gettext_lazy("signed out everywhere"),
    "duty added": gettext_lazy("duty added"),
    "duty removed": gettext_lazy("duty removed"),
    # with which result
    "ok": gettext_lazy("done"),
    "wrong": gettext_lazy("wrong"),
    "locked": gettext_lazy("locked"),
    "refused": gettext_lazy("refused"),
    "asked": gettext_lazy("asked for"),
    "approved": gettext_lazy("approved"),
    "removed": gettext_lazy("removed"),
    "failed": gettext_lazy("failed"),
} | {f"report {kind.value}": kind.label for kind in Report.Kind}

BEGINNINGS = {
    "user ": gettext_lazy("account %(name)s"),
    "script ": gettext_lazy("words of the house, version %(name)s"),
    "questions ": gettext_lazy("questions of a category, version %(name)s"),
    "caller note ": gettext_lazy("callers to heed, number %(name)s"),
}


def kind_pill(kind):
    return KINDS.get(kind, Pill(kind))


@cache
def lists():
    """{"review.cases": (desk, list)}: a list is exported under its name."""
    found = [one for module in (queues, boards, callbacks) for one in vars(module).values() if isinstance(one, queues.Desk)]
    return {f"{desk.name}.{work.name}": (desk, work) for desk in found for work in desk.lists}


def worded(text):
    """A word of ours, a step or a list by its label, an account by its log-in; anything else is an address or a reason."""
    if text in STEPS:
        return STEPS[text].label
    if at := lists().get(text):
        return " · ".join(dict.fromkeys(str(one.title) for one in at))
    for begin, sentence in BEGINNINGS.items():
        if text.startswith(begin):
            return sentence % {"name": text.removeprefix(begin)}
    return WORDS.get(text, text)
