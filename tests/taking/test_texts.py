"""What is said on the phone, and what is inserted while one types."""
import pytest
from django.db import transaction
from django.db.utils import InternalError

from accounts.models import AuditEntry
from tests.crowds import signed_in
from tests.factories import NOON
from tickets.models import ScriptText, Snippet
from tickets.saying import scripts, snippets

OPENING = "您好，这里是澄湖区12345，请讲。"


def write(client, text, key="opening", language="zh-hans"):
    return client.post("/scripts/write/", {"key": key, "language": language, "text": text}, follow=True)


def said(now=NOON):
    return {one.key: one.text for one in scripts.shown(now)}


def test_the_usual_words_are_translated(p):
    assert "很高兴为您服务" in signed_in(p.op).get("/tickets/new/").content.decode()
    assert "How can I help?" in signed_in(p.op, "en").get("/tickets/new/").content.decode()


def test_own_words_count_at_once_in_their_language_and_every_version_stays(p):
    client = signed_in(p.ops)
    for text in ("第一版", OPENING):
        assert write(client, text).status_code == 200

    assert OPENING in signed_in(p.op).get("/tickets/new/").content.decode()
    assert "How can I help?" in signed_in(p.op, "en").get("/tickets/new/").content.decode()
    assert list(ScriptText.objects.order_by("number").values_list("number", "text")) == [(1, "第一版"), (2, OPENING)]
    assert "第一版" in client.get("/scripts/?language=zh-hans").content.decode()
    assert AuditEntry.objects.filter(what="script 2", data__key="opening", data__language="zh-hans").count() == 1


def test_saying_the_same_again_makes_no_version_and_nothing_brings_the_usual_words_back(p):
    client = signed_in(p.sv)
    for text in (OPENING, OPENING, ""):
        write(client, text)

    assert ScriptText.objects.count() == 2
    assert "很高兴为您服务" in said()["opening"]


@pytest.mark.parametrize("role", ["op", "rv", "li", "cb", "au"])
def test_others_do_not_write_scripts(p, role):
    assert signed_in(getattr(p, role)).get("/scripts/").status_code == 403
    assert write(signed_in(getattr(p, role)), OPENING).status_code == 403
    assert not ScriptText.objects.exists()


@pytest.mark.parametrize("wrong", [{"key": "no such"}, {"language": "fr"}, {"text": "长" * 501}])
def test_what_is_no_script_changes_nothing(p, wrong):
    signed_in(p.ad).post("/scripts/write/", {"key": "opening", "language": "zh-hans", "text": "好"} | wrong, follow=True)

    assert not ScriptText.objects.exists()


def test_a_version_is_never_changed(p):
    write(signed_in(p.ops), OPENING)

    for act in (lambda: ScriptText.objects.update(text="x"), lambda: ScriptText.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            act()


def test_night_and_days_off_have_a_beginning_of_their_own(p):
    for key, text in (("night", "夜间值班为您服务。"), ("holiday", "节日好。")):
        write(signed_in(p.ops), text, key)

    assert "夜间" not in said()["opening"]
    assert said(NOON.replace(hour=23))["opening"].startswith("夜间值班为您服务。")
    assert said(NOON.replace(day=8))["opening"].startswith("节日好。")  # a Sunday
    assert not {"night", "holiday"} & set(said())


# --- kept texts ---------------------------------------------------------------------------------------------------


def keep(client, name="停水", text="已联系自来水公司核实。", **fields):
    return client.post("/snippets/keep/", {"name": name, "text": text} | fields)


def listed(user):
    return signed_in(user).get("/snippets/list/").content.decode()


def test_ones_own_texts_are_ones_own_and_shared_ones_everybodys(p):
    keep(signed_in(p.op), "自己的")
    keep(signed_in(p.ops), "大家的", is_shared="on")

    assert "自己的" in listed(p.op)
    assert "大家的" in listed(p.op)
    assert "自己的" not in listed(p.sv)


def test_an_operator_cannot_share(p):
    keep(signed_in(p.op), is_shared="on")

    assert Snippet.objects.get().owner == p.op
    with pytest.raises(snippets.PermissionDenied):
        snippets.keep(name="x", text="y", is_shared=True, by=p.op, now=NOON)


def test_the_same_name_replaces(p):
    for text in ("一", "二"):
        keep(signed_in(p.op), text=text)

    assert Snippet.objects.get().text == "二"


def test_dropping(p):
    keep(signed_in(p.op), "自己的")
    keep(signed_in(p.ops), "大家的", is_shared="on")
    own, shared = Snippet.objects.get(name="自己的"), Snippet.objects.get(name="大家的")

    assert signed_in(p.sv).post(f"/snippets/{own.pk}/drop/").status_code == 404
    assert signed_in(p.op).post(f"/snippets/{shared.pk}/drop/").status_code == 403
    assert signed_in(p.op).post(f"/snippets/{own.pk}/drop/").status_code == 302
    assert signed_in(p.op).post(f"/snippets/{own.pk}/drop/").status_code == 404
    assert signed_in(p.sv).post(f"/snippets/{shared.pk}/drop/").status_code == 302


def test_there_are_sixty(p):
    for number in range(60):
        snippets.keep(name=str(number), text="x", is_shared=False, by=p.op, now=NOON)

    assert keep(signed_in(p.op)).status_code == 422
    assert keep(signed_in(p.op), "7", "新").status_code == 302


@pytest.mark.parametrize("role", ["rv", "li", "cb", "ad", "au"])
def test_who_takes_no_calls_keeps_no_texts(p, role):
    client = signed_in(getattr(p, role))

    assert {client.get("/snippets/").status_code, keep(client).status_code, client.get("/snippets/list/").status_code} == {403}
