"""One table of keys: what it promises is bound, and what templates promise is in it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.models import Membership
from hotline import desks, keys
from hotline.initials import initials
from tests.crowds import signed_in

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "\n".join(path.read_text() for path in sorted((ROOT / "static" / "js").glob("*.js")))
TEMPLATES = "\n".join(path.read_text() for path in sorted((ROOT / "templates").rglob("*.html")))


def carried():
    """The keys that elements of the templates carry; a digit out of a variable stands for all of them."""
    carriers = re.findall(r'data-key="([^"]+)"', TEMPLATES)
    return {key for text in carriers for key in re.sub(r"\{\{.*?\}\}", "1-9", text).split()}


def test_every_act_of_the_table_is_in_a_script_and_the_other_way_round():
    asked = {key.act for key in keys.KEYS if key.act}

    assert asked == set(re.findall(r"\bacts\.(\w+) = ", SCRIPTS))


def test_what_the_table_does_not_do_itself_an_element_carries():
    left = {key.keys for key in keys.KEYS if not (key.act or key.on or key.url)}

    assert [names for names in left if not set(names) & carried()] == []


def test_every_key_that_a_template_shows_is_in_the_table():
    assert carried() - {name for key in keys.KEYS for name in key.keys} == set()


def test_no_key_stands_twice_in_a_scope():
    taken = [(key.scope, name) for key in keys.KEYS for name in key.keys]
    letters = list(keys.LETTERS.values())

    assert len(taken) == len(set(taken))
    assert len(letters) == len(set(letters))
    assert "g" not in {name for _scope, name in taken}, "g begins the keys that lead to pages"
    assert {key.scope for key in keys.KEYS} <= {scope.name for scope in keys.SCOPES}


def test_every_desk_and_page_of_the_bar_has_its_letter():
    known = {reverse(name) for name in keys.LETTERS}

    assert {desk.url for desk in desks.DESKS} | {reverse(name) for _label, name, _roles in desks.OTHERS} <= known


def test_people_get_the_letters_of_the_pages_they_may_open(p):
    for role in ("op", "rv", "li", "ad", "au", "ke"):
        client, user = signed_in(getattr(p, role)), getattr(p, role)
        for key in keys.goes_of(user):
            assert client.get(key.url, follow=True).status_code == 200, (role, key.url)
    assert "/desk/review/" not in {key.url for key in keys.goes_of(p.op)}


def test_the_table_is_in_the_page_in_the_readers_language(p):
    chinese = signed_in(p.rv).get("/desk/review/").content.decode()
    english = signed_in(p.rv, "en").get("/desk/review/").content.decode()

    assert '<script id="keys" type="application/json">' in chinese
    assert "Copy the summary" in english
    assert "Copy the summary" not in chinese


def test_who_is_not_signed_in_gets_no_table(client, db):
    assert 'id="keys"' not in client.get("/login/").content.decode()


@pytest.mark.parametrize(("words", "letters"), [("派单台", "pdt"), ("我的工单", "wdgd"), ("AI 审核", "aish"), ("", ""), ("①", "")])
def test_first_letters_of_chinese(words, letters):
    assert initials(words) == letters


def test_a_person_of_two_roles_has_each_page_once(p):
    Membership.objects.create(user=p.rv, unit=p.rv.membership_list[0].unit, role="DP")
    urls = [key.url for key in keys.goes_of(type(p.rv).objects.get(pk=p.rv.pk))]

    assert len(urls) == len(set(urls))
