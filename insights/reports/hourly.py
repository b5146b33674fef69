"""The sections of the hourly briefing (小时专报), and of the daily report of the matters that a district watches."""
from collections import Counter, defaultdict
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery

from accounts.models import Unit
from dispatch.models import SupervisionOrder
from insights.boards.tallies import STREETS
from insights.figures import counting
from insights.figures.asked import Period, Scope
from insights.figures.measures import MEASURES, cited
from insights.figures.published import INDICATORS
from insights.figures.rates import NOTHING
from insights.models import Report
from insights.reports import parts
from insights.reports.parts import WHOLE, number, row, section, text, ticket, word
from insights.reports.sections import LISTED, RATED, named, tickets
from tickets.calendars import LOCAL, ONE_DAY, local_date
from tickets.choices import Type
from tickets.clocks import Clock, Kind
from tickets.models import Category, Ticket
from tickets.states import OPEN, State
from tickets.weeks import midnight

HOT, ASKED = 5, 5
EARLIER = timedelta(hours=24)  # how far the items of earlier briefings reach
HOUR_FIGURES = ("accepted", "calls", "answer_rate", "direct_rate", "dispatched", "late_now")
STAGES = {  # of a hot issue: where its tickets are
    "undispatched": (State.NEED_INFO, State.PENDING_REVIEW, State.PENDING_DISPATCH, State.DRAFT),
    "in_hand": (State.PENDING_RECEIPT, State.HANDLING, State.RETURN_REVIEW, State.ARBITRATION, State.SUSPENDED),
    "replied": (State.REPLY_REVIEW, State.PENDING_CALLBACK, State.ADJUDICATION),
}
STAGE_OF = {state: name for name, states in STAGES.items() for state in states}


def day_so_far(span):
    return Period(midnight(local_date(span.since)), span.until, span.now)


def hour_figures(span):
    """This hour, the one before, the same of yesterday, and the day so far."""
    yesterday = Period(span.since - ONE_DAY, span.until - ONE_DAY, span.now)
    return parts.of_indicators("hour_figures", HOUR_FIGURES, [
        ("this_hour", span.period), ("hour_before", span.before), ("hour_yesterday", yesterday), ("today", day_so_far(span))])


def hour_event(span):
    """The event that the district has marked, as a share of what was accepted; without one this part is not there."""
    event = settings.REPORTS["EVENT"]
    if not event:
        return None
    columns = [("this_hour", span.period), ("today", day_so_far(span))]
    names = dict(Category.objects.values_list("l2_code", "l2").distinct()) | dict(Category.objects.values_list("code", "name"))
    found = {code: [parts.total("accepted", period, Scope(category=code)) for _word, period in columns] for code in event}
    whole = [parts.total("accepted", period) for _word, period in columns]
    rows = [row(f"text:{names.get(code, code)}", [number("accepted", many) for many in counts], category=code)
            for code, counts in found.items()]
    together = [sum(counts[place] for counts in found.values()) for place in range(len(columns))]
    rows.append(row("word:event_share", [text(parts.ratio(many, of)) for many, of in zip(together, whole, strict=True)]))
    return section("hour_event", columns, rows)


# --- hot issues -----------------------------------------------------------------------------------------------------


def issues(period):
    """{(category, code of a street or ""): how many} accepted in a period. What is confidential in all of its tickets is no
    issue that a paper names."""
    streets = list(Unit.objects.filter(kind__in=STREETS))
    counted, named_ones = Counter(), set()
    accepted = MEASURES["accepted"].rows(period, WHOLE).filter(category__isnull=False)
    keys = "category__code", "area__path", "is_confidential"
    for code, path, confidential, many in accepted.order_by().values_list(*keys).annotate(n=Count("pk")):
        street = next((unit.code for unit in streets if (path or "").startswith(unit.path)), "")
        counted[code, street] += many
        if not confidential:
            named_ones.add((code, street))
    return Counter({issue: many for issue, many in counted.items() if issue in named_ones})


def hour_hot(span):
    """Matter and place with the most tickets of the hour: how many now and this day, whither, where they are, who leads."""
    now, before, today = issues(span.period), issues(span.before), issues(day_so_far(span))
    first = sorted(now, key=lambda issue: (-now[issue], -today[issue], issue))[:HOT]
    names, units = dict(Category.objects.values_list("code", "name")), dict(Unit.objects.values_list("code", "name"))
    rows = []
    for code, street in first:
        held = where_they_are(code, street, day_so_far(span))
        rows.append(row([f"text:{names[code]}", f"text:{units[street]}" if street else "word:no_place"], [
            number("accepted", now[code, street]) if street else text(now[code, street], now[code, street]),
            text(today[code, street]), text(arrow(now[code, street], before.get((code, street), 0))),
            *held], category=code, **({"area": street} if street else {})))
    columns = [("this_hour", span.period), ("today", None), ("trend", None), ("handling", None), ("unit", None)]
    return section("hour_hot", columns, rows, chart="bars")


def arrow(now, before):
    return f"↑{now - before}" if now > before else f"↓{before - now}" if now < before else "="


def where_they_are(code, street, period):
    """What is left to be done with the tickets of an issue, and who leads most of them."""
    rows = MEASURES["accepted"].rows(period, Scope(category=code, area=Unit.objects.get(code=street) if street else None))
    stages, leads = Counter(), Counter()
    for state, unit, many in rows.order_by().values_list("state", "lead_unit__name").annotate(n=Count("pk")):
        stages[STAGE_OF.get(state, "settled")] += many
        if unit:
            leads[unit] += many
    said = {name: many for name in (*STAGES, "settled") if (many := stages[name])}
    return word([f"stage:{name}:{many}" for name, many in said.items()]), text(leads.most_common(1)[0][0] if leads else NOTHING)


def hour_emergencies(span):
    """What was critical, and after how many minutes somebody reached the citizen."""
    stopped = Clock.objects.filter(ticket=OuterRef("pk"), kind=Kind.RESPONSE, status="met").order_by("pk")
    rows = MEASURES["accepted"].rows(span.period, Scope(urgency="critical")).annotate(
        answered_at=Subquery(stopped.values("stopped_at")[:1]))
    return tickets("hour_emergencies", rows, span.period, ("minutes", lambda one: text(
        round((one.answered_at - one.accepted_at).total_seconds() / 60) if one.answered_at else NOTHING)))


def hour_questions(span):
    """共性咨询问题: what was asked most often, and whether an article of knowledge answers it already."""
    asked = MEASURES["accepted"].rows(span.period, Scope(type=Type.CONSULT))
    asked = asked.filter(category__isnull=False).annotate(cites=cited())
    counted: defaultdict = defaultdict(Counter)
    keys = "category__code", "category__name", "cites"
    for code, name, cites, many in asked.order_by().values_list(*keys).annotate(n=Count("pk")):
        counted[code, name][cites] += many
    first = sorted(counted, key=lambda key: (-counted[key].total(), key))[:ASKED]
    rows = [row(f"text:{name}", [number("accepted", counted[code, name].total()),
                                 word("word:answered_from_knowledge" if counted[code, name][True] else "word:to_research")],
                category=code, type=Type.CONSULT) for code, name in first]
    return section("hour_questions", [("asked", span.period), ("answer", None)], rows)


def hour_carried(span):
    """Issues of earlier briefings of the last 24 hours of which something is still open."""
    earlier = Report.objects.filter(kind=Report.Kind.HOURLY, since__gte=span.since - EARLIER, until__lte=span.since,
                                    content__isnull=False).order_by("since", "version")
    first = {}
    for report in earlier:
        for one in next((found["rows"] for found in report.content or () if found["name"] == "hour_hot"), []):
            key = one["scope"].get("category"), one["scope"].get("area", "")
            first.setdefault(key, (report.since, one["label"]))
    rows = []
    for (code, street), (since, label) in first.items():
        period = Period(since, span.until, span.now)
        scope = Scope(category=code, area=Unit.objects.filter(code=street).first() if street else None)
        left = MEASURES["accepted"].rows(period, scope).filter(state__in=OPEN).count()
        if left:
            rows.append(row(label, [text(f"{since.astimezone(LOCAL):%m-%d %H:%M}"), text(left, left)]))
    return section("hour_carried", [("first_named", None), ("still_open", None)], rows)


def hour_orders(span):
    """协同督办: what was ordered in the hour."""
    orders = SupervisionOrder.objects.filter(pk__in=MEASURES["orders"].rows(span.period, WHOLE).values("pk"),
                                             ticket__is_confidential=False).select_related("ticket", "unit").order_by("pk")
    rows = [row(f"text:{named(order.ticket)}", [
        ticket(order.ticket.ticket_no), word(f"order:{order.kind}"), text(order.unit.name if order.unit else NOTHING),
        text(f"{order.due_at.astimezone(LOCAL):%m-%d %H:%M}")]) for order in orders[:LISTED]]
    return section("hour_orders", [("ticket", None), ("kind", None), ("unit", None), ("due", None)], rows)


# --- what a district watches ------------------------------------------------------------------------------------------


def watched_codes():
    names = dict(Category.objects.values_list("l2_code", "l2").distinct()) | dict(Category.objects.values_list("code", "name"))
    return {code: names.get(code, code) for code in settings.REPORTS["WATCHED"]}


def watched(span):
    """This window against the one before, what of it is finished, and what was said of it."""
    rows = []
    for code, name in watched_codes().items():
        scope = Scope(category=code)
        codes = ["accepted", "to_do", "done", *{one for rate in RATED for one in INDICATORS[rate].measures}]
        now = counting.count(codes, span.period, scope)
        before = parts.total("accepted", span.before, scope)
        rows.append(row(f"text:{name}", [
            number("accepted", now["accepted"]), number("accepted", before), parts.figure("done_rate", now),
            *[parts.figure(rate, now) for rate in RATED]], category=code))
    columns = [("this", span.period), ("before", span.before), ("indicator:done_rate", span.period),
               *[(f"indicator:{rate}", span.period) for rate in RATED]]
    return section("watched", columns, rows, chart="bars")


def watched_list(span):
    codes = tuple(settings.REPORTS["WATCHED"])
    rows = Ticket.objects.none()
    for code in codes:
        rows = rows | MEASURES["accepted"].rows(span.period, Scope(category=code))
    return tickets("watched_list", rows, span.period)
