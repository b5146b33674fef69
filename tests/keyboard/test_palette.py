"""The palette finds what one may see, says nothing of the rest, and costs the same however much there is."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import colleagues
from accounts.models import User
from hotline import palette
from tests import factories
from tests.crowds import cost, signed_in

HTMX = {"HX-Request": "true"}


def ask(user, words="", *, here="/", language="zh-hans"):
    headers = HTMX | {"HX-Current-URL": f"http://testserver{here}"}
    answer = signed_in(user, language).get("/palette/", {"q": words}, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def labels(user, words="", *, path=""):
    return {str(option.label) for group in palette.groups(words, user, path=path) for option in group.options}


def urls(user, words="", *, path=""):
    return [option.url for group in palette.groups(words, user, path=path) for option in group.options if option.url]


# --- pages, steps, settings ---------------------------------------------------------------------------------------


def test_without_words_it_offers_the_pages_of_this_person(p):
    assert "/desk/review/" in urls(p.rv)
    assert "/desk/review/" not in urls(p.op)
    assert "/tickets/new/" in urls(p.op)
    assert "/people/" in urls(p.ad)
    assert "/tickets/" not in urls(p.ad)


@pytest.mark.parametrize("words", ["派单", "pdt", "PD"])
def test_a_page_is_found_by_its_name_or_its_first_letters(p, words):
    assert "/desk/dispatch/" in ask(p.dp, words)


def test_it_speaks_english_too(p):
    page = ask(p.dp, "dispatch", language="en")

    assert "Dispatch desk" in page
    assert "派单" not in page


def test_the_steps_are_those_of_the_ticket_on_the_screen_in_the_order_of_their_digits(p):
    ticket = factories.in_dispatch(p)
    here = f"/tickets/{ticket.ticket_no}/"
    page = signed_in(p.dp).get(here).content.decode()

    offered = re.findall(rf'class="btn[^"]*" href="({here}do/\w+/)"', page)

    assert [url for url in urls(p.dp, path=here) if "/do/" in url] == offered
    assert [url for url in urls(p.dp, path=f"{here}do/dispatch/") if "/do/" in url] == offered
    assert [url for url in urls(p.dp, path="/desk/dispatch/") if "/do/" in url] == []
    assert f"{here}do/dispatch/" in ask(p.dp, "派单", here=here)


def test_a_strangers_ticket_has_no_steps(p):
    ticket = factories.in_dispatch(p)

    assert [url for url in urls(p.li, path=f"/tickets/{ticket.ticket_no}/") if "/do/" in url] == []


def test_settings_are_sent_and_need_the_token(p):
    page = ask(p.op, "English")

    assert 'formaction="/language/"' in page
    assert "csrfmiddlewaretoken" in page


# --- tickets ------------------------------------------------------------------------------------------------------


def test_a_ticket_is_found_by_number_end_of_number_and_title(p):
    ticket = factories.in_review(p, title="江畔小区屋顶漏水")
    here = f"/tickets/{ticket.ticket_no}/"

    for words in (ticket.ticket_no, ticket.ticket_no[:11], ticket.ticket_no[-5:], "屋顶漏水"):
        assert here in urls(p.rv, words), words
    assert here not in urls(p.rv, "没有这样的词")


def test_a_closed_ticket_is_found_by_its_number(p):
    ticket = factories.closed(p)

    assert f"/tickets/{ticket.ticket_no}/" in urls(p.sv, ticket.ticket_no)


def test_a_strangers_ticket_is_not_found(p):
    ticket = factories.in_review(p, title="江畔小区屋顶漏水")

    for words in (ticket.ticket_no, ticket.ticket_no[-5:], "屋顶漏水"):
        assert ticket.ticket_no not in re.sub(r"q=\d+|data-asked=\S+|“\d+”", "", ask(p.li, words)), words
        assert f"/tickets/{ticket.ticket_no}/" not in ask(p.li, words)


def test_who_may_not_read_a_confidential_title_cannot_find_its_words(p):
    ticket = factories.in_hand(p, is_confidential=True, title="欧阳建国家中漏水", caller_name="欧阳建国")
    here = f"/tickets/{ticket.ticket_no}/"

    assert here not in urls(p.li, "欧阳建国")
    assert "欧阳建国" not in ask(p.li, ticket.ticket_no)
    assert here in urls(p.li, ticket.ticket_no)
    assert here in urls(p.rv, "欧阳建国")


def test_a_phone_number_finds_a_citizen_only_where_he_may_be_seen(p):
    ticket = factories.in_hand(p, contact_phone="13912345678", caller_name="欧阳建国")
    here = f"/tickets/{ticket.ticket_no}/"

    for words in ("13912345678", "欧阳建国"):
        assert here in urls(p.rv, words) and here in urls(p.li, words)
        assert here not in urls(p.zh, words) and here not in urls(p.ql, words)
    assert here not in urls(p.rv, "5678")


def test_who_reads_no_tickets_is_not_sent_to_search_them(p):
    factories.in_review(p, title="江畔小区屋顶漏水")

    assert urls(p.ad, "漏水") == urls(p.ke, "漏水") == []


# --- colleagues ---------------------------------------------------------------------------------------------------


def test_a_colleague_is_shown_with_role_unit_and_masked_phone(p):
    person = factories.make_user("LI", "WJ", display_name="陆联络", phone="13912345678")

    page = ask(p.rv, "陆联络")

    assert f'data-copy="陆联络 · {person.username}"' in page
    assert "139****5678" in page
    assert "13912345678" not in page
    assert "区卫生健康委员会 · 139" in page


def test_a_unit_finds_its_own_line_and_the_hotline_but_no_other_unit(p):
    own = factories.make_user("HD", "ZJ", display_name="本局经办")
    other = factories.make_user("LI", "WJ", display_name="外局联络")

    seen = set(colleagues.of(p.li))

    assert {own, p.rv, p.dp} <= seen
    assert other not in seen
    assert other in set(colleagues.of(p.rv))


def test_administrators_and_auditors_are_found_by_their_own_kind_only(p):
    assert not {p.ad, p.au} & set(colleagues.of(p.rv))
    assert {p.ad, p.au, p.rv} <= set(colleagues.of(p.ad))
    assert f"/people/{p.rv.pk}/" in ask(p.ad, p.rv.display_name)


def test_who_has_left_or_holds_no_role_is_not_found(p):
    gone, bare = factories.make_user("RV", "RX", is_active=False), factories.make_user()

    assert not {gone, bare} & set(colleagues.of(p.rv))
    assert set(colleagues.of(bare)) == set()


# --- the answer itself --------------------------------------------------------------------------------------------


def test_nothing_found_is_said(p):
    assert "没有符合的结果" in ask(p.ke, "没有这样的词")


def test_what_was_typed_is_never_markup(p):
    factories.in_review(p, title="<img src=x onerror=alert(1)>")
    factories.make_user("RV", "RX", display_name="<b>张</b>")

    for words in ('<img src=x onerror=alert(1)>"', "<b>", "</script>"):
        page = ask(p.rv, words)
        assert "<img" not in page
        assert "<b>张" not in page
        assert "</script>" not in page
    assert User.objects.filter(display_name="<b>张</b>").exists()


def test_strange_questions_are_answered(p):
    for words in ("\x00", "x" * 5000, "%_\\", "😀", " "):
        ask(p.rv, words)
    ask(p.rv, "1", here="/nowhere/at/all/")


def test_without_a_script_it_is_a_page(p):
    page = signed_in(p.rv).get("/palette/", {"q": "审核"}).content.decode()

    assert "<html" in page
    assert "/desk/review/" in page


def test_it_costs_the_same_however_much_is_found(p):
    ticket = factories.in_dispatch(p, title="江畔小区屋顶漏水")
    factories.make_user("LI", "WJ", display_name="漏水办")
    here = HTMX | {"HX-Current-URL": f"http://testserver/tickets/{ticket.ticket_no}/"}
    asked = {"data": {"q": "漏水"}, "headers": here}
    few = cost(signed_in(p.dp), "/palette/", first=True, **asked)
    for _number in range(6):
        factories.in_dispatch(p, title="江畔小区屋顶漏水")
        factories.make_user("LI", "WJ", display_name="漏水办")

    assert cost(signed_in(p.dp), "/palette/", first=True, **asked) == few <= 18


def test_strangers_are_sent_to_sign_in(client, db):
    assert client.get("/palette/").status_code == 302


def test_looking_writes_nothing(p):
    client = signed_in(p.rv)
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/palette/", {"q": "漏水"}, headers=HTMX)

    assert [query["sql"] for query in queries.captured_queries if re.match(r"(INSERT|UPDATE|DELETE)", query["sql"])
            and "django_session" not in query["sql"]] == []
