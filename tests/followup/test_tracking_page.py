"""The page of the tracking list: counts, rows, the form of each row, weeks, and the file."""
import io
from datetime import timedelta

import openpyxl
import pytest

from accounts.models import AuditEntry
from followup.models import TrackedItem, TrackedNote
from followup.tracking import following, listing, views
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.tickets.ready import negative
from tickets import overrides, weeks
from tickets.models import Sighting
from tickets.special import rules

pytestmark = pytest.mark.django_db
PAGE, WEEK, HOUR = "/desk/tracking/", timedelta(days=7), timedelta(hours=1)
MONDAY = NOON.date()
NEXT = weeks.midnight(MONDAY + WEEK) + timedelta(hours=9)


@pytest.fixture(autouse=True)
def the_monday_after(monkeypatch):
    monkeypatch.setattr(views, "database_now", lambda: NEXT)


def opened(user, query="", status=200):
    """The page after a look."""
    listing.catch_up(now=views.database_now())
    answer = signed_in(user).get(PAGE + query)
    assert answer.status_code == status
    return answer.content.decode()


def send(user, ticket, **body):
    return signed_in(user).post(f"{PAGE}{ticket.ticket_no}/", {"cause": "slow", "text": "已约谈承办单位", "was": ""} | body)


def test_it_names_every_row_and_how_many(p):
    in_hand, unsolved, closed = make.in_hand(p), negative(p), make.closed(p)

    shown = opened(p.sv)

    assert in_hand.ticket_no in shown and unsolved.ticket_no in shown and closed.ticket_no not in shown
    assert f'href="?week={MONDAY}&amp;category={in_hand.category.l2_code}&amp;bucket=unsolved">1<' in shown


def test_to_look_at_the_page_writes_nothing(p):
    make.in_hand(p)
    assert 'class="empty-list"' in signed_in(p.sv).get(PAGE).content.decode()
    assert not TrackedItem.objects.exists()


def test_an_empty_week_says_so(p):
    assert 'class="empty-list"' in opened(p.sv)


@pytest.mark.parametrize(("role", "status"), [("sv", 200), ("zh", 200), ("dl", 200), ("ql", 200), ("li", 403), ("cb", 403),
                                              ("op", 403), ("au", 403)])
def test_who_may_read_it(p, role, status):
    opened(getattr(p, role), status=status)


def test_only_who_may_write_gets_a_form_and_nobody_a_way_to_remove(p):
    ticket = make.in_hand(p)
    assert f"{PAGE}{ticket.ticket_no}/" in opened(p.sv)
    assert f"{PAGE}{ticket.ticket_no}/" not in opened(p.zh)
    assert send(p.zh, ticket).status_code == 403


def test_the_named_owner_sees_his_categories_and_writes(p):
    ticket, other = make.in_hand(p), make.in_hand(p, category=make.category("070401"))
    rules.add(category=ticket.category.code[:4], what=overrides.PERSON, value=p.dl.username, person=p.dl, valid_from=NOON,
              valid_to=None, owner="指挥中心", reason="专人跟踪", by=p.ad, now=NOON)

    shown = opened(p.dl, "?mine=1")
    assert ticket.ticket_no in shown and other.ticket_no not in shown
    assert send(p.dl, ticket).status_code == 302
    assert send(p.dl, other).status_code == 403


def test_cause_and_log_are_written_in_the_row(p):
    ticket = make.in_hand(p)
    opened(p.sv)

    answer = send(p.sv, ticket)

    assert answer.status_code == 302 and answer.url.endswith(f"#t-{ticket.ticket_no}")
    assert "已约谈承办单位" in opened(p.sv)
    assert TrackedItem.objects.get().cause == "slow"


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(p):
    ticket = make.in_hand(p)
    opened(p.sv)

    answer = send(p.sv, ticket, cause="")
    assert answer.status_code == 422
    assert "已约谈承办单位" in answer.content.decode() and f"log-{ticket.ticket_no}-cause" in answer.content.decode()
    assert not TrackedNote.objects.exists()


def test_two_supervisors_at_once_lose_nothing(p):
    ticket, other = make.in_hand(p), make.make_user("SV", "RX-DB")
    opened(p.sv)
    send(p.sv, ticket, was="")

    answer = send(other, ticket, cause="funds", text="资金未到位", was="")

    assert answer.status_code == 422
    assert p.sv.display_name in answer.content.decode() and "资金未到位" in answer.content.decode()
    assert TrackedItem.objects.get().cause == "slow"


def test_a_row_without_a_cause_is_marked_after_a_working_day(p, monkeypatch):
    make.in_hand(p)
    assert "yellow" in opened(p.sv)
    monkeypatch.setattr(views, "database_now", lambda: NEXT + timedelta(days=2))
    assert "03-10" in opened(p.sv)


def test_earlier_weeks_and_what_was_carried_over(p, monkeypatch):
    ticket = make.in_hand(p)
    opened(p.sv)
    monkeypatch.setattr(views, "database_now", lambda: NEXT + WEEK)

    shown = opened(p.sv)
    assert ticket.ticket_no in shown and "2026-03-02 – 03-08" in shown
    assert f'href="?week={MONDAY}"' in shown
    assert ticket.ticket_no in opened(p.sv, f"?week={MONDAY + timedelta(days=3)}")


@pytest.mark.parametrize("query", ["?week=2026-13-77", "?week=9999-12-31", "?week=0001-01-01", "?bucket=x&category=%C2%B2&page=-1",
                                   "?page=99999", "?week=zzz&mine=1"])
def test_an_address_that_makes_no_sense_asks_for_nothing(p, query):
    make.in_hand(p)
    opened(p.sv, query)


def test_it_costs_the_same_for_one_and_for_many(p):
    make.in_hand(p)
    opened(p.sv)
    one = cost(signed_in(p.sv), PAGE)
    for _time in range(6):
        ticket = make.in_hand(p, NOON + HOUR)
        TrackedItem.objects.create(ticket=ticket, since=TrackedItem.objects.first().since, at=NEXT).rows.create(
            week=TrackedItem.objects.first().since, bucket="in_hand")
        following.log(ticket.pk, by=p.sv, now=NEXT, cause="slow", text="已约谈")
    assert cost(signed_in(p.sv), PAGE) == one <= 10


def test_the_file_has_every_row_with_its_log_and_is_on_record(p):
    ticket = make.in_hand(p)
    opened(p.sv)
    following.log(ticket.pk, by=p.sv, now=NEXT, cause="slow", text="=1+1 已约谈")

    answer = signed_in(p.sv).post(f"{PAGE}file/", {"reason": "周例会"})

    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0].values)
    assert rows[1][0] == ticket.ticket_no and "=1+1 已约谈" in rows[1][-1]
    entry = AuditEntry.objects.get(kind="EXPORT")
    assert (entry.what, entry.reason, entry.data["rows"], entry.data["week"]) == ("tracking", "周例会", 1, f"{MONDAY}")
    assert Sighting.objects.filter(ticket=ticket, user=p.sv, how="file").exists()


def test_without_a_reason_there_is_no_file(p):
    make.in_hand(p)
    opened(p.sv)
    assert signed_in(p.sv).post(f"{PAGE}file/", {"reason": ""}).status_code == 422
    assert not AuditEntry.objects.filter(kind="EXPORT").exists()


def test_the_row_is_on_the_page_of_the_ticket_for_who_reads_the_list(p):
    ticket = make.in_hand(p)
    opened(p.sv)
    following.log(ticket.pk, by=p.sv, now=NEXT, cause="slow", text="已约谈承办单位")
    path = f"/tickets/{ticket.ticket_no}/"

    assert "已约谈承办单位" in signed_in(p.zh).get(path).content.decode()
    assert "已约谈承办单位" not in signed_in(p.li).get(path).content.decode()
