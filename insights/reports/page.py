"""A report on its page: what it says, and what its reader may do with it."""
from dataclasses import dataclass

from insights.boards.pictures import bars
from insights.models import Report
from insights.reports import acts, printed
from insights.reports.drafts import period
from insights.reports.forms import WordsForm

Status = Report.Status
TONES = {Status.QUEUED: "", Status.MAKING: "blue", Status.FAILED: "red", Status.DRAFT: "yellow", Status.APPROVED: "blue",
         Status.ISSUED: "green"}
HIGH = 100  # of the highest bar


@dataclass(frozen=True)
class Line:
    """One in the list."""

    report: Report
    period: str
    number: str
    tone: str


def line(report):
    return Line(report, period(report), printed.number(report), TONES[Status(report.status)])


@dataclass(frozen=True)
class Standing:
    x: int
    y: int
    height: int


def drawn(part):
    """A part with its chart: the server draws it, so it prints and needs no script."""
    if not part.has_chart:
        return part, [], []
    if part.chart == "bars":
        return part, bars(part.points), []
    most = max(many for _label, many in part.points)
    heights = [round(HIGH * many / most) for _label, many in part.points]
    return part, [], [Standing(10 * place, HIGH - tall, tall) for place, tall in enumerate(heights)]


def context(report, user, form=None):
    words = {"heading": report.heading, "comment": report.comment, "sent_to": report.sent_to, "seen": acts.stamp(report)}
    may_approve = acts.may_approve(report, user)
    may_edit = report.status == Status.DRAFT and user.has_role(*acts.MAKE)
    others = Report.objects.filter(kind=report.kind, since=report.since, until=report.until).exclude(pk=report.pk)
    return {
        "report": report, "title": printed.title(report), "facts": printed.facts(report), "tone": TONES[Status(report.status)],
        "parts": [drawn(part) for part in printed.parts(report)], "mark": printed.mark(report), "nothing": printed.nothing(),
        "form": form or (WordsForm(initial=words) if may_edit else None),
        "others": others.only("version", "status", "kind").order_by("version"),
        "may_approve": may_approve,
        "waits_for_another": report.status == Status.DRAFT and user.has_role(*acts.APPROVE) and not may_approve,
        "may_send_back": report.status == Status.APPROVED and user.has_role(*acts.APPROVE),
        "may_issue": acts.may_issue(report, user),
        "may_correct": report.status == Status.ISSUED and user.has_role(*acts.MAKE),
        "may_again": report.status == Status.FAILED and user.has_role(*acts.MAKE),
    }
