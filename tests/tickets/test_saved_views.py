"""Views under a name: kept, shared, counted, and never a way to see more than one may."""
import re

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from tests.crowds import cost, signed_in
from tests.factories import NOON, unit
from tickets.models import ListChoice, SavedView
from tickets.saved_views import LIMIT

LIST = "/desk/review/?list=cases"


def keep(user, url=LIST, **fields):
    return signed_in(user).post(url, {"act": "save_view", "name": "急件", **fields})


def view_of(owner, name="急件", desk="review", work="cases", query="", **fields):
    return SavedView.objects.create(owner=owner, name=name, desk=desk, list=work, query=query, columns=["state"],
                                    created_at=NOON, **fields)


def tiles(user, url):
    """{title: count} of the views on a page."""
    page = signed_in(user).get(url).content.decode()
    return {title: count for count, title in re.findall(r'class=" view"[^>]*><b>([^<]+)</b><span><svg.*?</svg>([^<]+)', page)}


def test_a_view_keeps_filters_order_and_columns(p):
    ListChoice.objects.create(user=p.rv, name="review.cases", columns=["area"])
    urgent, _other = factories.in_review(p, urgency="urgent"), factories.in_review(p)

    answer = keep(p.rv, LIST + "&urgency=urgent&sort=-registered&after=x~1")

    view = SavedView.objects.get()
    assert (view.query, view.columns, view.is_shared) == ("urgency=urgent&sort=-registered", ["area"], False)
    page = signed_in(p.rv).get(answer.headers["Location"]).content.decode()
    assert re.findall(r'href="/tickets/(\d{13})/"', page) == [urgent.ticket_no]
    assert re.search(rf'href="/desk/review/\?urgency=urgent&amp;sort=-registered&amp;list=cases&amp;view={view.pk}" aria-current="page"', page)
    assert tiles(p.rv, "/desk/review/") == {"急件": "1"}


def test_the_longest_filters_fit_and_a_name_is_one_line(p):
    words = "急" * 50

    answer = keep(p.rv, f"{LIST}&q={words}&state=pending_review&urgency=critical&type=complaint&unit=ZJ&sort=-registered", name="甲\n\t 乙\x07")

    assert answer.status_code == 302
    assert SavedView.objects.get().name == "甲 乙"
    assert signed_in(p.rv).get(answer.headers["Location"]).context["filters"].wanted["q"] == words
    file = signed_in(p.rv).post(answer.headers["Location"], {"act": "export", "reason": "周例会用"})
    assert file.status_code == 200
    file.getvalue()


@pytest.mark.parametrize("name", ["", "   ", "\x07", "x" * 31])
def test_a_view_has_a_short_name(p, name):
    assert keep(p.rv, name=name).status_code == 422
    assert not SavedView.objects.exists()


def test_a_name_is_taken_once_whatever_its_letters(p):
    view_of(p.rv, name="Mine")

    answer = keep(p.rv, name="mine")

    assert answer.status_code == 422
    assert "您已有同名视图" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        view_of(p.rv, name="MINE")
    assert keep(p.dp, "/desk/dispatch/", name="mine").status_code == 302


def test_a_wall_of_views_is_refused(p):
    for number in range(LIMIT):
        view_of(p.rv, name=f"视图{number}")

    answer = keep(p.rv)

    assert answer.status_code == 422
    assert str(LIMIT) in answer.content.decode()


def test_an_owner_renames_and_deletes_his_view_and_nobody_else_does(p):
    view = view_of(p.rv, shared_role="RV")
    colleague = factories.make_user("RV", "RX")
    at_view = f"{LIST}&view={view.pk}&type=help"

    for act in ("change_view", "delete_view"):
        assert signed_in(colleague).post(at_view, {"act": act, "name": "我的"}).status_code == 404
    signed_in(p.rv).post(at_view, {"act": "change_view", "name": "求助"})
    view.refresh_from_db()
    assert (view.name, view.query, view.shared_role) == ("求助", "type=help", "")

    assert signed_in(p.rv).post(at_view, {"act": "delete_view"}).status_code == 302
    assert not SavedView.objects.exists()
    assert signed_in(p.rv).post(at_view, {"act": "delete_view"}).status_code == 404


@pytest.mark.parametrize(("role", "share", "may"), [
    ("rv", "role:RV", False), ("li", "unit:{ZJ}", False), ("ul", "unit:{ZJ}", True), ("ul", "unit:{WJ}", False),
    ("ul", "role:UL", False), ("sv", "role:SV", True), ("dl", "role:DL", True), ("sv", "role:RV", False),
])
def test_leaders_share(p, role, share, may):
    share = re.sub(r"\{(\w+)\}", lambda code: str(unit(code[1]).pk), share)
    desk = {"rv": "review", "li": "unit", "ul": "unit", "sv": "supervision", "dl": "duty"}[role]

    answer = keep(getattr(p, role), f"/desk/{desk}/", share=share)

    view = SavedView.objects.filter(owner=getattr(p, role)).first()
    assert bool(view and view.is_shared) is may
    assert answer.status_code == (302 if may or role in ("rv", "li") else 422)


def test_a_shared_view_is_seen_by_whom_it_is_for_and_shows_each_his_own(p):
    own, others = factories.dispatched(p), factories.dispatched(p, to="WJ")
    below = factories.make_user("LI", unit("ZJ").children.first().code if hasattr(unit("ZJ"), "children") else "ZJ")
    stranger = factories.make_user("LI", "WJ")
    view = view_of(p.ul, desk="unit", work="sign", shared_unit=unit("ZJ"))

    assert tiles(p.li, "/desk/unit/") == {"急件": "1"}
    assert set(tiles(below, "/desk/unit/")) == {"急件"}
    assert tiles(stranger, "/desk/unit/") == {}
    page = signed_in(p.li).get(f"/desk/unit/?list=sign&view={view.pk}").content.decode()
    assert own.ticket_no in page
    assert others.ticket_no not in page


def test_a_view_of_somebody_else_is_not_there(p):
    view = view_of(p.rv)
    colleague = factories.make_user("RV", "RX")

    page = signed_in(colleague).get(f"{LIST}&view={view.pk}").content.decode()

    assert "急件" not in page
    assert f'name="view" value="{view.pk}"' not in page


def test_counts_of_all_views_cost_no_more_than_those_of_none(p):
    factories.in_review(p)
    client = signed_in(p.rv)

    none = cost(client, LIST)
    for number in range(LIMIT):
        view_of(p.rv, name=f"视图{number}", query="type=complaint&unit=ZJ")

    assert cost(client, LIST) == none <= 10
    assert len(tiles(p.rv, LIST)) == LIMIT


def test_a_view_over_all_history_is_not_counted(p):
    view_of(p.rv, name="旧案", desk="all", work="all", query="state=archived")
    view_of(p.rv, name="在办", desk="all", work="all", query="state=handling")

    assert tiles(p.rv, "/tickets/") == {"旧案": "…", "在办": "0"}
