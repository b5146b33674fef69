"""What is said on the phone (SPEC 7.6): the usual words, which are translated, until somebody of the house writes others."""
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.turns import take_turn
from tickets import sla
from tickets.models import ScriptText

NIGHT_FROM, NIGHT_UNTIL = 21, 8


@dataclass(frozen=True)
class Script:
    key: str
    title: object
    usual: object = ""


SCRIPTS = (
    Script("opening", _("Opening"), _("Hello, I am glad to serve you. How can I help?")),
    Script("known", _("Opening for a known caller"), _("Mr or Ms X, how can I help you?")),
    Script("night", _("Before the opening at night")),
    Script("holiday", _("Before the opening on days off")),
    Script("read_back", _("Read back"),
           _("I have written down what you said. Let me repeat it; please tell me whether it is right.")),
    Script("confidential", _("Confidential?"), _("Should your personal data be kept confidential?")),
    Script("emergency", _("Emergency"), _("This is urgent. I connect you with 120 (110/119) at once; please do not hang up.")),
    Script("accepted", _("Accepted"), _("Your request was accepted. The responsible unit will contact you within two hours.")),
    Script("refusal", _("Not ours to decide"), _("By law this is dealt with elsewhere. I explain to you how it is done.")),
    Script("agitated", _("Agitated caller"),
           _("I understand that this upsets you. Let us look at what happened, and what we do next.")),
    Script("silent", _("Silent call"), _("I am sorry, I cannot hear you. Please call again from another phone. Goodbye.")),
    Script("quiet", _("Hard to hear"), _("I am sorry, your voice is very low. Please hold the phone closer.")),
    Script("end", _("Closing words"), _("Thank you for calling, goodbye.")),
)
BY_KEY = {script.key: script for script in SCRIPTS}
BEFORE = ("night", "holiday")  # not read out by themselves: they stand before the opening in their time


@dataclass(frozen=True)
class Said:
    key: str
    title: object
    text: str
    versions: tuple = ()  # the newest first


def newest(language):
    """{key: the newest version} in a language; one query."""
    return {row.key: row for row in ScriptText.objects.filter(language=language).order_by("key", "-number").distinct("key")}


def in_force(language):
    """Every script as it is said now."""
    rows = newest(language)
    return [Said(script.key, script.title, text_of(script, rows.get(script.key))) for script in SCRIPTS]


def with_versions(language):
    """Every script with all that was written for it."""
    rows = ScriptText.objects.filter(language=language).select_related("by").order_by("-number")
    of = {script.key: tuple(row for row in rows if row.key == script.key) for script in SCRIPTS}
    return [Said(script.key, script.title, of[script.key][0].text if of[script.key] else "", of[script.key])
            for script in SCRIPTS]


def text_of(script, row):
    return row.text if row and row.text else str(script.usual)


def shown(now):
    """What the intake screen shows at this moment: at night and on days off the opening has its own beginning."""
    said = in_force(get_language())
    texts = {one.key: one.text for one in said}
    local = timezone.localtime(now)
    night = local.hour >= NIGHT_FROM or local.hour < NIGHT_UNTIL
    before = [texts["night"]] if night else [texts["holiday"]] if not sla.calendar_shown().is_workday(local.date()) else []
    opening = " ".join(filter(None, [*before, texts["opening"]]))
    return [Said(one.key, one.title, opening if one.key == "opening" else one.text) for one in said
            if one.key not in BEFORE and one.text]


@transaction.atomic
def write(*, key, language, text, by, now, request=None):
    """A new version, which counts at once; None when it says what is said already."""
    take_turn(f"script {key} {language}")  # two at once would make the same version
    before = newest(language).get(key)
    if text == (before.text if before else ""):
        return None
    number = before.number + 1 if before else 1
    row = ScriptText.objects.create(key=key, language=language, number=number, text=text, by=by, at=now)
    audit.record("CONFIG", user=by, now=now, request=request, what=f"script {number}", key=key, language=language,
                 text=text[:200])
    return row
