"""A report as it is printed, in the language of who reads it: what the page, the PDF, the Word and the Excel file all show."""
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from insights.figures.periods import local
from insights.reports import words
from insights.reports.drafts import heading, period
from insights.reports.parts import moment
from tickets.presenters import short


@dataclass(frozen=True)
class Piece:
    text: str
    url: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    pieces: list
    n: int | None


@dataclass(frozen=True)
class Row:
    label: str
    cells: list


@dataclass(frozen=True)
class Part:
    name: str
    title: str
    note: str
    chart: str
    columns: list
    rows: list

    @property
    def points(self):
        """[(label, number)] of its chart."""
        return [(row.label, row.cells[0].n or 0) for row in self.rows]

    @property
    def has_chart(self):
        return bool(self.chart) and any(many for _label, many in self.points)

    @property
    def is_empty(self):
        """Of hours and days there is only the chart."""
        return not self.rows or self.chart == "columns" and not self.has_chart


def parts(report):
    return [part(section) for section in report.content or ()]


def part(section):
    columns = section["columns"]
    rows = [Row(" · ".join(words.said(name) for name in row["label"]),
                [cell(one, column, row["scope"]) for one, column in zip(row["cells"], columns, strict=True)])
            for row in section["rows"]]
    return Part(section["name"], str(words.SECTIONS[section["name"]]), words.note(section["note"]), section["chart"],
                [words.column(column["name"]) for column in columns], rows)


def cell(one, column, scope):
    if "word" in one:
        said = [one["word"]] if isinstance(one["word"], str) else one["word"]
        text = words.together(words.said(name) for name in said)
        return Cell(text, [Piece(text)], None)
    return Cell(one["text"], [Piece(text, behind(what, column, scope)) for text, what in one["parts"]], one["n"])


def behind(what, column, scope):
    """The address of what lies behind a number: the list that it counts, or the ticket."""
    kind, _colon, name = what.partition(":")
    if kind == "ticket":
        return reverse("tickets:by_number", args=[name])
    if kind != "figure":
        return ""
    asked = {"since": column["since"], "until": column["until"]} | scope
    asked |= {end: local(moment(asked[end])) for end in ("since", "until")}
    return f"{reverse('insights:figure-list', args=[name])}?{urlencode(asked)}"


def number(report):
    """第 N 期"""
    return _("No. %(number)s of %(year)s") % {"number": report.number, "year": report.year} if report.number else ""


def title(report):
    return " ".join(str(said) for said in (report.heading or heading(report), number(report)) if said)


def facts(report):
    """[(label, value)]: of when, of which version, by whom."""
    found = [(_("Period"), period(report)), (_("Status"), report.get_status_display()), (_("Version"), str(report.version))]
    if report.number:
        found.insert(0, (_("Number"), number(report)))
    if report.made_at:
        found.append((_("Figures as of"), short(report.made_at)))
    for label, who, at in ((_("Approved by"), report.approved_by, report.approved_at),
                           (_("Issued by"), report.issued_by, report.issued_at)):
        if who:
            found.append((label, f"{who.display_name} {short(at)}"))
    if report.sent_to:
        found.append((_("Sent to"), report.sent_to))
    return found


def mark(report):
    """What stands at the foot of every page: a paper is known by it."""
    return f"SHA-256 {report.digest}"


def file_name(report, ending):
    return f"{report.get_kind_display()} {period(report).replace(':', '')} v{report.version}.{ending}"


def nothing():
    return pgettext("report", "Nothing of this kind in this period.")


def sheet_title():
    return _("Report")


def comment_title():
    return _("Comment")
