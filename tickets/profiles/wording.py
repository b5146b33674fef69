"""Limits and ladders in words, and read back from words: what the pages show is what an administrator types.

Both languages are understood whatever the reader's own is, and so are the keys that the database keeps.
"""
import re

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import DutyKind
from accounts.roster import CALLBACK_LEAD, HOTLINE_PEOPLE, ROSTERED_PEOPLE, UNIT_PEOPLE
from tickets.clocks import Kind
from tickets.sla import RUNG_LABELS, rung_label

POSTS = {
    **{key: role.label for key, role in (UNIT_PEOPLE | HOTLINE_PEOPLE).items()},
    **{key: DutyKind(kind).label for key, kind in ROSTERED_PEOPLE.items()},
    CALLBACK_LEAD: gettext_lazy("Callback lead"),
}
CONSEQUENCES = {  # of rungs that do more than tell
    (Kind.RECEIPT, "L2"): gettext_lazy("and the ticket counts as signed"),
    (Kind.COMPLETION, "L2"): gettext_lazy("and a supervision order is issued"),
    (Kind.REDO, "L2"): gettext_lazy("and a supervision order is issued"),
}
RUNG_NAMES = (*RUNG_LABELS, "L1", "L2", "L3", "L4")
LONGEST_MINUTES, LONGEST_DAYS = 60 * 24 * 90, 250
MINUTES = r"(?:min|minutes?|分|分钟)"
HOURS = r"(?:h|hours?|小时)"
DAYS = r"(?:wd|working days?|个?工作日)"
LIMIT = re.compile(rf"(?P<n>[0-9]{{1,6}})\s*(?:(?P<m>{MINUTES})|(?P<h>{HOURS})|(?P<wd>{DAYS}))?", re.IGNORECASE)
SHARE = re.compile(r"(?P<share>[0-9]{1,3})\s*[%％]")
AFTER = re.compile(rf"\+?\s*(?P<n>[0-9]{{1,6}})\s*(?:(?P<m>{MINUTES})|(?P<h>{HOURS}))?", re.IGNORECASE)


class Unreadable(ValueError):
    """The sentence for whoever typed it."""


def limit_text(rule):
    """20 → "20 min", 120 → "2 h", {"wd": 3} → "3 working days"; None → ""."""
    if rule is None:
        return ""
    if isinstance(rule, dict):
        return _("%(n)s working days") % {"n": rule["wd"]}
    return span_text(rule)


def span_text(minutes):
    if minutes and minutes % 60 == 0:
        return _("%(n)s h") % {"n": minutes // 60}
    return _("%(n)s min") % {"n": minutes}


def limit_of(text):
    """The limit that was typed: minutes or {"wd": n}. Raises Unreadable."""
    found = LIMIT.fullmatch(text.strip())
    if found is None:
        raise Unreadable(_("Write 20 min, 2 h or 3 working days."))
    count = int(found["n"])
    if found["wd"]:
        if not 1 <= count <= LONGEST_DAYS:
            raise Unreadable(_("From 1 to %(most)s working days.") % {"most": LONGEST_DAYS})
        return {"wd": count}
    minutes = count * (60 if found["h"] else 1)
    if minutes > LONGEST_MINUTES:
        raise Unreadable(_("At most 90 days of natural time."))
    return minutes


def when_text(when):
    """0.75 → "75%", "60m" → "+1 h"."""
    return f"+{span_text(int(when.rstrip('m')))}" if isinstance(when, str) else f"{round(when * 100)}%"


def when_words(when):
    if not isinstance(when, str):
        return _("when %(share)s of the time has passed") % {"share": f"{round(when * 100)}%"}
    minutes = int(when.rstrip("m"))
    return _("%(time)s after due") % {"time": span_text(minutes)} if minutes else _("when it is due")


def when_of(text):
    if found := SHARE.fullmatch(text.strip()):
        share = int(found["share"])
        if not 1 <= share <= 500:
            raise Unreadable(_("A share lies between 1 and 500 percent."))
        return share / 100
    if found := AFTER.fullmatch(text.strip()):
        minutes = int(found["n"]) * (60 if found["h"] else 1)
        if minutes > LONGEST_MINUTES:
            raise Unreadable(_("At most 90 days of natural time."))
        return f"{minutes}m"
    raise Unreadable(_("Write a share of the time in percent, or a time after due such as +60 min."))


def rung_text(rung):
    name, when, posts = rung
    return "; ".join([rung_label(name), when_text(when), ", ".join(str(POSTS.get(post, post)) for post in posts)])


def rung_of(text):
    """One line, "L2; +60 min; Supervisor" → ["L2", "60m", ["supervisor"]]. Raises Unreadable."""
    parts = [part.strip() for part in re.split(r"[;；|]", text)]
    if len(parts) != 3:
        raise Unreadable(_("A rung is written: name; when; recipients."))
    name = by_word(RUNG_NAMES, RUNG_LABELS).get(parts[0].casefold())
    if name is None:
        known = ", ".join(rung_label(name) for name in RUNG_NAMES)
        raise Unreadable(_("“%(name)s” is no rung: %(known)s.") % {"name": parts[0][:20], "known": known})
    return [name, when_of(parts[1]), posts_of(parts[2])]


def posts_of(text):
    known, found = by_word(POSTS, POSTS), []
    for word in filter(None, (part.strip() for part in re.split(r"[,，、]", text))):
        if word.casefold() not in known:
            raise Unreadable(_("“%(post)s” is no post: %(known)s.") % {
                "post": word[:40], "known": ", ".join(str(label) for label in POSTS.values())})
        found.append(known[word.casefold()])
    if not found:
        raise Unreadable(_("Somebody has to hear of it."))
    return list(dict.fromkeys(found))


def by_word(keys, labels):
    """{what may be typed: key}: the keys themselves, and their labels in every language."""
    words = {key.casefold(): key for key in keys}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {str(label).casefold(): key for key, label in labels.items()}
    return words


def rung_words(kind, rung):
    """A rung as a sentence for the read view: (name, when, recipients and what follows)."""
    name, when, posts = rung
    told = ", ".join(str(POSTS.get(post, post)) for post in posts)
    more = CONSEQUENCES.get((kind, name))
    return rung_label(name), when_words(when), f"{told} {more}" if more else told
