"""Figures: what each of them is, who may see it, and the list behind each number."""
from datetime import date, timedelta
from decimal import Decimal

import pytest

from dispatch import actions as dispatching
from dispatch import replies, requests
from followup.sampling import findings
from insights.figures.asked import Period, Scope
from insights.figures.counting import count
from insights.figures.indicators import Indicator
from insights.figures.measures import MEASURES
from insights.figures.published import INDICATORS, NEEDED
from insights.figures.rates import Rate
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import HAPPY, NOON
from tests.followup.test_sampling import sampled
from tests.insights.figures_by_hand import Everything, hours_of, of_period, rows
from tests.knowledge.articles import editors, published
from tests.tickets import ready
from tickets import intake
from tickets.models import Ticket

PAGE = "/desk/figures/"
DAY = timedelta(days=1)
AROUND = "?since=2026-03-01T00:00&until=2026-03-08T00:00"
LATER = NOON + 30 * DAY


def compare(now, since, until, scope=None):
    """Every measure has just the rows that its definition says; the numbers are as many. Returns what was found."""
    world, scope = Everything(now), scope or Scope()
    period = Period(since, until, now)
    leads = scope.unit and scope.viewer and scope.viewer.has_role("UL")  # of his own unit he counts what was passed on, too
    seen = set(world.tickets) if leads or not scope.viewer else set(
        Ticket.objects.visible_to(scope.viewer).values_list("pk", flat=True))
    units = {} if scope.unit is None else {unit.pk for unit in type(scope.unit).objects.all()
                                           if unit.path.startswith(scope.unit.path)}
    by_hand, special = rows(world), of_period(world, period.since, period.until)
    found = count(NEEDED, period, scope)
    for code in NEEDED:
        if code in special:
            keys = {pk for pk in special[code] if pk in seen and (not units or world.tickets[pk].lead_unit_id in units)}
        else:
            keys = {key for moment, key, ticket, unit in by_hand[code] if period.since <= moment < period.until
                    and (ticket.pk in seen and (not units or unit in units) if ticket else scope.sees_all and not units)}
        assert set(MEASURES[code].rows(period, scope).values_list("pk", flat=True)) == keys, code
        if MEASURES[code].spread is None:
            assert found[code] == len(keys), code
        else:
            said = {name: value for name, value in found[code].items() if value is not None} or {"n": 0}
            assert said == pytest.approx(hours_of(world, code, keys)), code
    return found


def said(code, found):
    return INDICATORS[code].said(found)


def test_a_matter_from_the_call_to_the_rating(p):
    make.closed(p)
    make.draft(p, type="consult", area=None, address="")

    found = compare(LATER, NOON - DAY, LATER)

    assert (found["accepted"], found["dispatched"], found["completions_in_time"]) == (1, 1, 1)
    assert said("completion_rate", found) == said("satisfied_rate", found) == "100.00%"
    assert said("score", found) == "100.00", "all perfect is 100.00, not 10,000"
    assert said("late_rate", found) == "0.00%"


def test_of_nothing_a_dash_is_printed_and_no_share(p):
    found = compare(NOON, NOON - DAY, NOON)

    assert {said(code, found) for code, one in INDICATORS.items() if one.under or one.is_time or code == "score"} == {"—"}
    assert not any(indicator.misses(found) for indicator in INDICATORS.values())


def test_what_has_not_come_yet_is_not_due(p):
    make.in_hand(p)

    assert compare(NOON + timedelta(hours=1), NOON - DAY, LATER)["completions_due"] == 0
    assert compare(NOON + 2 * DAY, NOON - DAY, LATER)["completions_late"] == 1, "open and overdue counts as failed"


def test_what_is_suspended_is_not_due(p):
    waiting = ready.suspension_asked(p)
    requests.approve_suspension(waiting.pk, by=p.dl, now=NOON, decision="同意", proposed_by=p.sv)

    assert compare(LATER, NOON - DAY, LATER)["completions_due"] == 0


def test_a_returned_and_a_recalled_dispatch_were_not_right(p):
    make.dispatched(p)
    dispatching.recall(make.dispatched(p).pk, by=p.dp, now=NOON)
    returned = make.dispatched(p)
    requests.request_return(returned.pk, by=p.li, now=NOON, reason_code="not_our_duty", reason="不属于本单位职责范围",
                            legal_basis="三定方案", suggested_unit=make.unit("CG"))
    requests.approve_return(returned.pk, by=p.dp, now=NOON)

    found = compare(LATER, NOON - DAY, LATER)

    assert said("first_right", found) == "33.33%"
    assert (said("return_rate", found), said("return_success", found)) == ("100.00%", "100.00%")


def test_how_well_the_work_was_done(p):
    incomplete = make.in_review(p)
    intake.return_for_info(incomplete.pk, by=p.rv, now=NOON, reason="incomplete")
    soon = NOON + timedelta(minutes=5)
    intake.submit(incomplete.pk, by=p.op, now=soon)
    intake.approve(incomplete.pk, by=p.rv, now=soon)
    faulty = make.replied(p)
    replies.return_reply(faulty.pk, by=p.rv, now=NOON, fault="off_point")
    ready.unreachable(p)
    drawn = sampled(p)
    findings.record(drawn.pk, by=p.sv, now=NOON + 8 * DAY, kept=True, recording="heard", text="三次均为真实拨打")

    found = compare(LATER, NOON - DAY, LATER)

    assert (found["sent_back"], found["accepted"]) == (1, 3)
    assert (found["replies_returned"], found["replies_reviewed"]) == (1, 2)
    assert (found["callbacks_kept"], found["callbacks_checked"]) == (1, 1)


def test_an_answer_from_the_knowledge_is_counted(p):
    article = published(*editors(), now=NOON, valid_from=date(2026, 1, 1), review_on=date(2026, 5, 1))
    for cited in (article.article.number, ""):
        matter = make.draft(p, type="consult", area=None, address="")
        intake.direct_answer(matter.pk, by=p.op, now=NOON, answer="已告知办理地点和所需材料。", article=cited)

    found = compare(LATER, NOON - DAY, LATER)

    assert (found["cited"], found["direct"], said("cited_rate", found)) == (1, 2, "50.00%")


def test_what_is_excluded_is_left_out_and_said(p):
    make.closed(p)
    out = make.closed(p)
    Ticket.objects.filter(pk=out.pk).update(excluded_from_assessment=True)

    found = compare(LATER, NOON - DAY, LATER)

    for code in ("completion_rate", "response_rate_in_time", "receipt_rate", "satisfied_rate", "reply_rate", "done_rate"):
        indicator = INDICATORS[code]
        assert (indicator.rate(found).denominator, found[indicator.excluded]) == (1, 1), code
    assert found["accepted"] == 2, "only what assesses units leaves it out"


def test_shares_are_rounded_half_up_or_cut_off(settings):
    published = Rate(Decimal(412461), 687921)
    assert str(published) == "59.96% (412461/687921)"

    settings.FIGURES = settings.FIGURES | {"PCT_MODE": "trunc", "PCT_PLACES": 1}

    assert str(published) == "59.9% (412461/687921)", "as it was published"


def test_each_figure_says_what_it_is():
    for indicator in INDICATORS.values():
        assert indicator.title and indicator.meaning and indicator.moment
        assert all(code in MEASURES for code in indicator.measures)
        assert not isinstance(indicator, Indicator) or len(indicator.weights) in (0, len(indicator.over))


# --- the pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["sv", "dl", "zh", "ql"])
def test_the_page_shows_figures_with_their_numbers(p, role):
    make.closed(p)

    page = signed_in(getattr(p, role), "en").get(PAGE + AROUND).content.decode()

    assert "100.00%" in page
    assert "Excluded" in page


@pytest.mark.parametrize("role", ["op", "ops", "rv", "dp", "li", "hd", "cb", "ke", "qi", "ad", "au"])
def test_others_do_not_see_it(p, role):
    client = signed_in(getattr(p, role))
    assert (client.get(PAGE).status_code, client.get(f"{PAGE}accepted/").status_code) == (403, 403)


def test_each_number_is_the_length_of_its_list(p):
    make.closed(p)
    make.in_hand(p)
    client = signed_in(p.sv, "en")
    found = count(NEEDED, Period(NOON - DAY, NOON + 7 * DAY, NOON + 40 * DAY), Scope(p.sv))

    for code, many in found.items():
        page = client.get(f"{PAGE}{code}/?since=2026-03-01T12:00&until=2026-03-09T12:00")
        many = many.get("n", 0) if isinstance(many, dict) else many
        assert (page.status_code, page.context["total"], len(page.context["lines"])) == (200, many, min(many, 25)), code


def test_a_long_list_has_pages_and_shows_each_row_once(p):
    numbers = {make.in_review(p, NOON + timedelta(minutes=n % 3)).ticket_no for n in range(28)}
    client, url, seen = signed_in(p.sv), f"{PAGE}accepted/{AROUND}", []

    while url:
        page = client.get(url)
        seen += [line.row.ticket.ticket_no for line in page.context["lines"]]
        url = page.context["following"] and f"{PAGE}accepted/{page.context['following']}"

    assert len(seen) == len(set(seen)) == 28
    assert set(seen) == numbers


def test_a_leader_counts_what_his_unit_handed_back_but_reads_only_its_number(p):
    ticket = make.dispatched(p)
    requests.request_return(ticket.pk, by=p.li, now=NOON, reason_code="not_our_duty", reason="不属于本单位职责范围",
                            legal_basis="三定方案", suggested_unit=make.unit("CG"))
    requests.approve_return(ticket.pk, by=p.dp, now=NOON)
    assert not Ticket.objects.visible_to(p.ul).filter(pk=ticket.pk).exists()

    assert compare(LATER, NOON - DAY, LATER, Scope(p.ul, unit=make.unit("ZJ")))["returns_granted"] == 1
    page = signed_in(p.ul, "en").get(f"{PAGE}returns_granted/{AROUND}")
    assert [(line.gone, line.row) for line in page.context["lines"]] == [(ticket.ticket_no, None)]
    assert "your unit keeps the number" in page.content.decode()
    assert ticket.title not in page.content.decode()


def test_a_unit_leader_counts_only_what_he_sees(p):
    make.closed(p)
    foreign = make.dispatched(p, to="CG")
    assert foreign.lead_unit.code == "CG"

    mine = compare(LATER, NOON - DAY, LATER, Scope(p.ul, unit=make.unit("ZJ")))
    assert (mine["dispatched"], mine["calls"]) == (1, 0)
    assert compare(LATER, NOON - DAY, LATER, Scope(p.ul))["dispatched"] == 1

    client = signed_in(p.ul, "en")
    assert client.get(f"{PAGE}dispatched/{AROUND}").context["total"] == 1
    shown = [group.code for group, _rows in client.get(PAGE + AROUND).context["groups"]]
    assert shown == ["intake", "units", "times", "callbacks", "quality", "decisions"], "calls have no unit"
    other = client.get(f"{PAGE}dispatched/{AROUND}&unit=CG")
    assert other.status_code == 422
    assert "own unit" in other.content.decode()
    assert foreign.ticket_no not in other.content.decode()


def test_unit_place_and_matter_narrow_the_figures(p):
    make.dispatched(p, to="CG")
    make.dispatched(p)
    period, whole = Period(NOON - DAY, LATER, LATER), Scope(p.sv)

    assert count(["dispatched"], period, whole) == {"dispatched": 2}
    assert compare(LATER, NOON - DAY, LATER, Scope(p.sv, unit=make.unit("CG")))["dispatched"] == 1
    assert count(["dispatched"], period, Scope(p.sv, area=make.unit("WJJD"))) == {"dispatched": 2}
    assert count(["dispatched"], period, Scope(p.sv, area=make.unit("CG"))) == {"dispatched": 0}
    assert count(["dispatched"], period, Scope(p.sv, category="0102")) == {"dispatched": 2}
    assert count(["dispatched"], period, Scope(p.sv, category="02")) == {"dispatched": 0}


@pytest.mark.parametrize("query", ["?since=x", "?since=2026-03-02T00:00&until=2026-03-01T00:00", "?unit=nowhere", "?category=x"])
def test_what_makes_no_sense_is_refused_and_kept(p, query):
    client = signed_in(p.sv)
    assert {client.get(f"{PAGE}{query}").status_code, client.get(f"{PAGE}accepted/{query}").status_code} == {422}


def test_there_is_no_list_of_what_is_no_measure(p):
    assert signed_in(p.sv).get(f"{PAGE}nonsense/").status_code == 404


def test_pages_cost_the_same_for_more_tickets(p):
    make.closed(p)
    client = signed_in(p.sv)
    few = cost(client, PAGE + AROUND), cost(client, f"{PAGE}outcomes/{AROUND}")
    for _time in range(4):
        make.answered(p, answers=HAPPY)

    assert (cost(client, PAGE + AROUND), cost(client, f"{PAGE}outcomes/{AROUND}")) == few
    assert max(few) <= 10
    assert cost(signed_in(p.ul), PAGE + AROUND) <= 10


def test_everybody_reads_how_it_is_counted_and_no_number(p, client):
    ticket = make.closed(p)
    page = client.get("/how-we-count/", headers={"accept-language": "en"})

    assert page.status_code == 200
    for indicator in INDICATORS.values():
        assert str(indicator.title) in page.content.decode()
    assert ticket.lead_unit.name not in page.content.decode()
