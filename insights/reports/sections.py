"""The sections of reports by day, week and month. Each is counted from the rows when the report is made, and then kept."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F
from django.db.models.functions import Trunc

from insights.figures import counting
from insights.figures.asked import Period, Scope
from insights.figures.measures import MEASURES
from insights.figures.rates import NOTHING, rounded
from insights.models import Ranking, Rectification
from insights.ranking import months as ranked_months
from insights.ranking import standing
from insights.reports import festivals, kinds, parts
from insights.reports.parts import WHOLE, number, row, section, text, ticket, word
from knowledge.models import Use, Version
from tickets.calendars import LOCAL, ONE_DAY, local_date
from tickets.models import Seat, Ticket
from tickets.states import OPEN, State

CHANGED = 5  # kinds of matter that rose, and that fell
FOLLOWED = timedelta(days=28)  # after it was due
LISTED = 20  # rows of a list of tickets
FIGURES = ("calls", "answer_rate", "accepted", "direct_rate", "refused", "dispatched", "first_right", "completion_rate",
           "late_now", "cleared_same_day", "done_rate", "handling_time", "callback_rate", "effective_rate", "response_rate",
           "solved_rate", "satisfied_rate", "score", "repeat_rate", "forced")
CHECKED = ("sent_back_rate", "reply_faults", "sample_kept")
ARTICLES = 10  # most cited
RATED = ("response_rate", "solved_rate", "satisfied_rate")


@dataclass(frozen=True)
class Span:
    """The period of a report, as of the instant at which it is made, and what it is compared with."""

    kind: str
    since: datetime
    until: datetime
    now: datetime

    def of(self, ends):
        since, until = ends
        return Period(since, until, self.now)

    @property
    def period(self):
        return self.of((self.since, self.until))

    @property
    def before(self):
        return self.of(kinds.before(self.kind, self.since))

    @property
    def columns(self):
        """This period, the one before, and of a day the same weekday, of months the same ones a year ago."""
        if self.kind == "holiday":
            same = festivals.year_before(self.since)
            return [("this", self.period), *([("same_festival", self.of(same.period))] if same else [])]
        found = [("this", self.period), ("before", self.before)]
        if self.kind == "daily":
            found.append(("week_ago", Period(self.since - timedelta(days=7), self.until - timedelta(days=7), self.now)))
        if self.kind in ("monthly", "quarterly"):
            found.append(("year_ago", self.of(kinds.year_before(self.since, self.until))))
        return found


def figures(span):
    return parts.of_indicators("figures", FIGURES, span.columns)


def hours(span):
    return pieces("hours", span, "hour", lambda since: since + timedelta(hours=1), "%H")


def days(span):
    return pieces("days", span, "day", lambda since: since + ONE_DAY, "%m-%d")


def months(span):
    return pieces("months", span, "month", lambda since: kinds.month_of(since)[1], "%Y-%m")


def pieces(name, span, unit, end_of, said):
    """Accepted tickets of each hour, day or month; `end_of` says when one that begins at an instant is over."""
    begun = Trunc(F("accepted_at"), unit, tzinfo=LOCAL)
    read = counting.read([(["accepted"], span.period)], WHOLE, key=lambda source: begun)
    counted = {key: found["accepted"] for key, found in read}
    rows, since = [], span.since
    while since < span.until:
        until = end_of(since)
        rows.append(row(f"text:{since.astimezone(LOCAL):{said}}", [number("accepted", counted.get(since, 0))],
                        since=since.isoformat(), until=until.isoformat()))
        since = until
    return section(name, [("accepted", span.period)], rows, chart="columns")


def types(span):
    return parts.of_choices("types", "type", "type", span.columns)


def channels(span):
    return parts.of_choices("channels", "channel", "channel", span.columns)


def categories(span):
    return parts.of_categories("categories", span.columns)


def streets(span):
    return parts.of_streets("streets", span.columns)


def critical(span):
    """特急: never of confidential matters, which are only counted."""
    scope = Scope(urgency="critical")
    return tickets("critical", MEASURES["accepted"].rows(span.period, scope), span.period)


def tickets(name, rows, period, *extra):
    """Tickets by number, matter, place, unit and state: nothing of a citizen. `extra`: (word of a column, cell of a ticket)."""
    total = rows.count()
    open_ones = rows.filter(is_confidential=False).select_related("category", "area", "lead_unit")
    open_ones = open_ones if open_ones.ordered else open_ones.order_by("pk")
    found = [row(f"text:{named(one)}", [
        ticket(one.ticket_no), text(one.area.name if one.area else NOTHING),
        text(one.lead_unit.name if one.lead_unit else NOTHING), word(f"state:{one.state}"),
        *[cell(one) for _word, cell in extra]]) for one in open_ones[:LISTED]]
    columns = [("ticket", None), ("place", None), ("unit", None), ("state", None), *[(said, None) for said, _cell in extra]]
    return section(name, columns, found, note=f"listed:{len(found)}:{total}")


def named(one):
    return str(one.category) if one.category else NOTHING


def late_by_unit(span):
    found = parts.by_unit("late_now", span.period)
    rows = [row(f"text:{unit.name}" if unit else "word:no_unit", [number("late_now", many) if unit else text(many, many)],
                **({"unit": unit.code, "answers": "on"} if unit else {})) for unit, many in found[:LISTED]]
    return section("late_by_unit", [("late_now", span.period)], rows, chart="bars", note="as_made")


def units(span):
    """责任单位接诉: what was dispatched to each unit."""
    found = [(unit, many) for unit, many in parts.by_unit("dispatched", span.period) if unit]
    rows = [row(f"text:{unit.name}", [number("dispatched", many)], unit=unit.code, answers="on")
            for unit, many in found[:LISTED]]
    return section("units", [("dispatched", span.period)], rows, chart="bars")


def seats(span):
    """Who sat at a telephone at some time of the period."""
    sat = Seat.objects.filter(sat_down_at__lt=span.until).exclude(left_at__lte=span.since)
    found = sat.order_by().values_list("place").annotate(n=counted_once("operator"))
    return section("seats", [("people", None)], [row(f"seat:{place}", [text(many, many)]) for place, many in found])


def counted_once(column):
    from django.db.models import Count
    return Count(column, distinct=True)


# --- units against each other -----------------------------------------------------------------------------------------


def ranking(span):
    """三率 by group, compared with the period before."""
    known = ranked_months.Known.now()
    was = ranked_months.entries_of(span.before, known, {})
    before = {one["unit"]: (one["rank"], one["total"]) for found in was.values() for one in standing.rows(found, {})}
    groups = [{"code": code, "rows": standing.rows(found, before)}
              for code, found in ranked_months.entries_of(span.period, known, {}).items() if found]
    return ranked("ranking", groups, span.period)


def month_ranking(span):
    """As it was published; before that as it stands, and the report says which of the two."""
    month = local_date(span.since)
    published = ranked_months.published(month)
    groups = published.groups if published else ranked_months.standings(month, span.now)
    return ranked("month_ranking", groups, span.period, note=f"published:{published.version}" if published else "not_published")


def ranked(name, groups, period, note=""):
    rows = [row([f"group:{group['code']}", f"text:{one['name']}"], [
        text(one["rank"] or NOTHING), number("rated", one["counts"]["rated"]),
        *[text(said) for said in one["rates"][:len(RATED)]], text(one["total"] or NOTHING), text(moved(one["progress"])),
        marked(one)], unit=one["unit"], answers="on") for group in groups for one in group["rows"]]
    columns = [("rank", None), ("rated", period), *[(f"indicator:{code}", None) for code in RATED], ("score", None),
               ("progress", None), ("mark", None)]
    return section(name, columns, rows, note=note)


def moved(places):
    if not places:
        return NOTHING if places is None else "="
    return f"↑{places}" if places > 0 else f"↓{-places}"


def marked(one):
    if one["praise"]:
        return word("word:praised")
    if one["explain"]:
        return word("word:explain")
    return text("") if one["rank"] else word("word:small")


def rectifications(span):
    """整改 of the units at the end of their groups: what was asked for, and what came of it until now."""
    asked = Rectification.objects.filter(ranking__status=Ranking.Status.APPROVED, ranking__decided_at__lt=span.until,
                                         due_at__gte=span.since - FOLLOWED).select_related("unit").order_by("due_at", "pk")
    rows = [row(f"text:{one.unit.name}", [
        text(local_date(one.due_at)), word(answer_of(one, span.now)), text(one.done_by or NOTHING)]) for one in asked[:LISTED]]
    return section("rectifications", [("due", None), ("state", None), ("done_by", None)], rows)


def answer_of(one, now):
    if one.at:
        return "word:answered"
    return "word:overdue" if one.due_at < now else "word:open"


# --- how well the work was done -----------------------------------------------------------------------------------------


def quality(span):
    return parts.of_indicators("quality", CHECKED, span.columns)


def faults(span):
    """What the replies that were sent back lacked."""
    counted = [{key: found["replies_returned"] for key, found in counting.read(
        [(["replies_returned"], period)], WHOLE, key=lambda source: F("fault"))} for _word, period in span.columns]
    order = sorted({fault for one in counted for fault, many in one.items() if many},
                   key=lambda fault: (-counted[0].get(fault, 0), fault))
    rows = [row(f"fault:{fault}", [text(one.get(fault, 0), one.get(fault, 0)) for one in counted]) for fault in order]
    return section("faults", span.columns, rows, chart="bars")


def knowledge(span):
    """What was answered from the knowledge, and from which articles: of all the ways in which an answer can cite one."""
    cited = parts.of_indicators("knowledge", ("cited_rate",), span.columns)
    uses = [dict(Use.objects.filter(at__gte=period.since, at__lt=period.until).order_by().values_list("version__article")
                 .annotate(n=Count("pk"))) for _word, period in span.columns]
    order = sorted(uses[0], key=lambda article: (-uses[0][article], article))[:ARTICLES]
    titles = newest_titles(order)
    rows = [row([f"text:{titles[pk][0]}", f"text:{titles[pk][1]}"], [text(one.get(pk, 0), one.get(pk, 0)) for one in uses])
            for pk in order]
    return cited | {"rows": [*cited["rows"], *rows]}


def newest_titles(articles):
    """{article: (number, title of the newest version that was used)}"""
    found = Version.objects.filter(article__in=articles, used__isnull=False).order_by("version")
    return {article: (number, title) for article, number, title in found.values_list("article", "article__number", "title")}


# --- lists of tickets ---------------------------------------------------------------------------------------------------


def repeated(span):
    """Open matters that were called about most often, and those that several persons reported."""
    rows = Ticket.objects.filter(state__in=OPEN, registered_at__lt=span.until, reporter_count__gt=1)
    return tickets("repeated", rows.order_by("-reporter_count"), span.period,
                   ("reporters", lambda one: text(one.reporter_count, one.reporter_count)))


def pauses_due(span):
    """挂账 whose date comes in the seven days after the report."""
    day = local_date(span.until)
    rows = Ticket.objects.filter(state=State.SUSPENDED, review_date__lt=day + timedelta(days=7))
    return tickets("pauses_due", rows, span.period, ("review_on", lambda one: text(one.review_date or NOTHING)))


def forced(span):
    """强制结案, one by one."""
    return tickets("forced", MEASURES["forced"].rows(span.period, WHOLE), span.period,
                   ("reason", lambda one: word(f"force:{one.closing_reason}")))


def refusals(span):
    """What was not accepted, by the reason that the citizen was told."""
    counted = parts.by("refused", span.period, "closing_reason")
    most_first = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [row(f"refusal:{reason}", [text(many, many)]) for reason, many in most_first if many]
    return section("refusals", [("refused", span.period)], rows)




# --- holidays -----------------------------------------------------------------------------------------------------------


def festival(span):
    """受理量 and 日均, with the number of days, against the same festival of the year before."""
    columns = span.columns
    days = [round((period.until - period.since) / ONE_DAY) for _word, period in columns]
    total = [parts.total("accepted", period) for _word, period in columns]
    rows = [row("indicator:accepted", [number("accepted", many) for many in total]),
            row("word:days", [text(many) for many in days]),
            row("word:a_day", [text(f"{rounded(Decimal(many) / by)} ({many}/{by})" if by else NOTHING)
                               for many, by in zip(total, days, strict=True)])]
    return section("festival", columns, rows)


def rises_and_falls(span):
    """The kinds of matter that rose and that fell most against the same festival, falls as well as rises."""
    if len(span.columns) < 2:
        return None
    now, before = (parts.by("accepted", period, "category__l2_code") for _word, period in span.columns)
    names = parts.category_names()
    change = {code: now.get(code, 0) - before.get(code, 0) for code in {*now, *before} if code}
    order = sorted((code for code in change if change[code]), key=lambda code: (-change[code], code))
    chosen = order if len(order) <= 2 * CHANGED else [*order[:CHANGED], *order[-CHANGED:]]
    rows = [row(f"text:{names[code]}", [number("accepted", now.get(code, 0)), number("accepted", before.get(code, 0)),
                                        text(moved(change[code]))], category=code) for code in chosen]
    return section("rises_and_falls", [*span.columns, ("trend", None)], rows)
