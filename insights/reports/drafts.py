"""The first words of a report, from its own figures: somebody reads them, changes them and answers for them."""
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from insights.figures.rates import NOTHING
from insights.reports import words
from tickets.calendars import LOCAL, ONE_DAY

NAMED = 3  # things that a sentence names


def text_of(report, content):
    """In the language of the house, whoever asked for it."""
    with override(settings.LANGUAGE_CODE):
        found = {section["name"]: section["rows"] for section in content}
        sentences = [sentence for write in (intake, most_frequent, hot, critical, best_and_last, explained)
                     for sentence in write(found) if sentence]
        return {"heading": heading(report)[:80], "comment": "\n".join(sentences)[:4000], "sent_to": settings.REPORTS["SENT_TO"]}


def heading(report):
    return _("12345 Hotline: %(kind)s, %(period)s") % {"kind": report.get_kind_display(), "period": period(report)}


def period(report):
    """As one names it: a day, an hour, a month, or from when to when."""
    since, until = report.since.astimezone(LOCAL), report.until.astimezone(LOCAL)
    kinds = report.Kind
    if report.kind == kinds.HOURLY:
        return f"{since:%Y-%m-%d %H:%M}–{until:%H:%M}"
    if report.kind == kinds.DAILY:
        return f"{since:%Y-%m-%d}"
    if report.kind in (kinds.WEEKLY, kinds.HOLIDAY):
        return f"{since:%Y-%m-%d} – {until - ONE_DAY:%Y-%m-%d}"
    if report.kind == kinds.MONTHLY:
        return f"{since:%Y-%m}"
    if report.kind == kinds.QUARTERLY:
        return _("quarter %(n)d of %(year)d") % {"n": since.month // 3 + 1, "year": since.year}
    if report.kind == kinds.YEARLY:
        return f"{since:%Y}"
    return f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}"


def intake(found):
    rows = {row["label"][0]: row["cells"] for row in found.get("figures") or found.get("hour_figures") or []}
    accepted = rows.get("indicator:accepted")
    if accepted:
        now, before = (cell["n"] for cell in (accepted * 2)[:2])
        more = _("%(n)s more than before") if now > before else _("%(n)s fewer than before")
        more = more if now != before else _("as many as before")
        compared = more % {"n": abs(now - before)} if len(accepted) > 1 else _("nothing to compare it with")
        yield _("%(now)s tickets were accepted, %(compared)s.") % {"now": now, "compared": compared}
    for code, sentence in (("direct_rate", _("Answered on the line: %(said)s.")),
                           ("completion_rate", _("Completed in time: %(said)s.")),
                           ("callback_rate", _("Called back: %(said)s."))):
        said = rows[f"indicator:{code}"][0]["text"] if f"indicator:{code}" in rows else NOTHING
        if said != NOTHING:
            yield sentence % {"said": said}


def most_frequent(found):
    rows = found.get("categories", [])[:NAMED]
    if rows:
        yield _("Most frequent: %(list)s.") % {"list": listed(rows)}


def hot(found):
    rows = found.get("hour_hot", [])[:NAMED]
    if rows:
        yield _("Hot issues of the hour: %(list)s.") % {"list": listed(rows)}


def critical(found):
    rows = found.get("critical", []) or found.get("hour_emergencies", [])
    if rows:
        yield _("Critical matters: %(n)s, see the list.") % {"n": len(rows)}


def best_and_last(found):
    """点评: who leads, who has to explain himself."""
    rows = found.get("ranking") or found.get("month_ranking") or []
    for mark, sentence in (("word:praised", _("To be praised: %(list)s.")),
                           ("word:explain", _("To explain within five working days, with measures: %(list)s."))):
        named = [row for row in rows if row["cells"][-1].get("word") == mark]
        if named:
            units = [_("%(unit)s (%(points)s points)") % {
                "unit": words.said(row["label"][-1]), "points": row["cells"][5]["text"]}
                     for row in named]
            yield sentence % {"list": words.together(units)}


def explained(found):
    rows = found.get("rectifications", [])
    if rows:
        done = sum(row["cells"][1].get("word") == "word:answered" for row in rows)
        yield _("Rectification: %(done)s of %(all)s units have answered.") % {"done": done, "all": len(rows)}


def listed(rows):
    return words.together(_("%(what)s (%(n)s)") % {
        "what": " ".join(words.said(part) for part in row["label"]), "n": row["cells"][0]["text"]} for row in rows)
