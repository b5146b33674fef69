"""Reply presets: kept by the people of a unit, read before they are kept, offered where they fit, and counted."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.urls import reverse

from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch import replies
from dispatch.forms import ReplyForm
from dispatch.models import Reply, ReplyPreset
from dispatch.presets import keeping
from tests import factories as make
from tests.audited import codes
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.tickets.bodies import body_for
from tests.tickets.ready import contacted
from tickets import steps
from tickets.actions import Refused
from tickets.models import Ticket

LEAK = "我单位已安排维修人员上门查看渗漏情况并完成防水处理。"
PAGE = "/desk/unit/presets/"


@pytest.fixture
def p(db):
    return make.make_people()


def keep(user, unit="ZJ", category="", title="渗漏", text=LEAK, now=NOON):
    return keeping.add(unit=make.unit(unit), category=category, title=title, text=text, by=user, now=now)


def offered(ticket, user):
    found = Ticket.objects.select_related("lead_unit", "category", "caller").get(pk=ticket.pk)
    form = ReplyForm(ticket=found, user=user, now=NOON)
    return [label for value, label in form.fields["preset"].choices if value]


# --- keeping ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["li", "hd", "ul"])
def test_the_people_of_a_unit_keep_and_end_its_presets(p, role):
    user = getattr(p, role)
    preset = keep(user)
    assert keeping.end(preset.pk, by=user, now=NOON) and not keeping.end(preset.pk, by=user, now=NOON)

    preset.refresh_from_db()
    assert (preset.ended_by, preset.ended_at) == (user, NOON)
    assert AuditEntry.objects.filter(kind="CONFIG", what__startswith="reply preset").count() == 2


def test_nobody_keeps_or_ends_those_of_another_unit(p):
    below, stranger = make.make_user("LI", "ZJ-WY"), make.make_user("LI", "CG")
    preset = keep(p.li)
    for user in (below, stranger, p.sv):
        with pytest.raises(PermissionDenied):
            keep(user)
    with pytest.raises(PermissionDenied):
        keeping.end(preset.pk, by=below, now=NOON)  # he reads it
    with pytest.raises(ReplyPreset.DoesNotExist):
        keeping.end(preset.pk, by=stranger, now=NOON)


def test_a_title_is_there_once_until_it_is_ended(p):
    first = keep(p.li)
    with pytest.raises(Refused):
        keep(p.ul)
    keeping.end(first.pk, by=p.ul, now=NOON)
    keep(p.ul)


def test_a_preset_is_never_deleted(p):
    keep(p.li)
    with pytest.raises(InternalError), transaction.atomic():
        ReplyPreset.objects.all()._raw_delete("default")


# --- where they are offered ---------------------------------------------------------------------------------------


def test_a_reply_is_offered_those_of_its_category_of_its_unit_and_of_the_units_above(p):
    ticket = contacted(p)  # 010201, led by ZJ
    keep(p.li, title="任何", category="")
    keep(p.li, title="房屋", category="01")
    keep(p.li, title="渗漏", category="010201")
    keep(p.li, title="别的", category="0704")
    keep(make.make_user("LI", "CG"), "CG", title="城管")
    keep(make.make_user("LI", "ZJ-WY"), "ZJ-WY", title="下级")
    keep(make.make_user("UL", "QF"), "QF", title="上级")
    keeping.end(keep(p.li, title="旧的").pk, by=p.li, now=NOON)

    assert offered(ticket, p.hd) == ["渗漏", "房屋", *sorted(["上级", "任何"], key=offered(ticket, p.hd).index)]
    assert set(offered(ticket, p.hd)) == {"渗漏", "房屋", "任何", "上级"}


def test_the_form_carries_the_texts_and_the_reply_says_with_which_it_began(p):
    now = database_now()
    ticket = contacted(p, now - timedelta(minutes=5))
    preset, strange = keep(p.li), keep(make.make_user("LI", "CG"), "CG")
    client, address = signed_in(p.ul, "en"), reverse("tickets:do", args=[ticket.ticket_no, "submit_reply"])

    page = client.get(address).content.decode()
    assert f'data-text="{LEAK}"' in page and 'data-fills="text"' in page and "js/presets" in page
    assert cost(client, address) <= 20
    body = body_for("submit_reply", Ticket.objects.get(pk=ticket.pk), now)
    assert client.post(address, body | {"preset": strange.pk}).status_code == 422
    assert client.post(address, body | {"preset": preset.pk}).status_code == 302

    assert Reply.objects.get().preset == preset
    assert ReplyPreset.objects.counted().get(pk=preset.pk).uses == 1
    assert "Times used: 1" in client.get(PAGE).content.decode()


def test_a_reply_that_a_leader_signs_counts_once(p):
    ticket, preset = contacted(p, urgency="urgent"), keep(p.li)
    body = body_for("submit_reply", ticket, NOON) | {"preset": str(preset.pk)}

    def take(user, body):
        found = Ticket.objects.visible_to(user).select_related("lead_unit", "category", "caller").get(pk=ticket.pk)
        return steps.take(steps.STEPS["submit_reply"], found, by=user, body=body, now=NOON)

    assert take(p.hd, body).proposal
    take(p.ul, {})

    assert [reply.preset for reply in Reply.objects.all()] == [preset]
    assert codes(NOON) <= {"I12", "C6"}


def test_without_a_preset_nothing_changes(p):
    ticket = contacted(p)
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block())
    assert Reply.objects.get().preset is None


# --- the page -----------------------------------------------------------------------------------------------------


def typed(**fields):
    return {"unit": "ZJ", "category": "010201", "title": "渗漏", "text": LEAK} | fields


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_keeps_shows_and_ends(p, language):
    client = signed_in(p.hd, language)

    assert client.post(PAGE + "add/", typed()).status_code == 302
    preset = ReplyPreset.objects.get()
    assert (preset.unit, preset.category, preset.by) == (make.unit(), "010201", p.hd)
    assert LEAK in client.get(PAGE).content.decode()
    assert client.post(PAGE + "add/", typed()).status_code == 422
    assert client.post(f"{PAGE}{preset.pk}/end/").status_code == 302
    assert LEAK not in client.get(PAGE).content.decode()


def test_the_page_costs_the_same_however_many_there_are(p):
    client = signed_in(p.li)
    for number in range(3):
        keep(p.li, title=f"模板{number}")
    few = cost(client, PAGE)
    for number in range(3, 20):
        keep(p.li, title=f"模板{number}", category="010201")
    assert cost(client, PAGE) == few <= 10


def test_units_below_read_what_they_may_not_end(p):
    preset = keep(p.li)
    below, beside = signed_in(make.make_user("HD", "ZJ-WY")), signed_in(make.make_user("HD", "CG"))

    assert LEAK in below.get(PAGE).content.decode() and f"/{preset.pk}/end/" not in below.get(PAGE).content.decode()
    assert below.post(f"{PAGE}{preset.pk}/end/").status_code == 403
    assert LEAK not in beside.get(PAGE).content.decode()
    assert beside.post(f"{PAGE}{preset.pk}/end/").status_code == 404


def test_other_roles_have_no_such_page(p):
    for user in (p.op, p.sv, p.ad, p.au):
        client = signed_in(user)
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE + "add/", typed()).status_code == 403


@pytest.mark.parametrize(("text", "word"), [
    ("我单位保证三天内解决此问题,请您放心等待。", "A promise for a time to come"),
    ("此事不属于我单位职责,请您向其他部门反映。", "It sends the citizen away"),
    ("如有疑问请拨打13912345678联系我们。", "A private number")])
def test_a_preset_is_read_before_it_is_kept_and_a_hint_is_kept_by_saying_so(p, text, word):
    client = signed_in(p.li, "en")

    answer = client.post(PAGE + "add/", typed(text=text))
    assert answer.status_code == 422 and word in " ".join(answer.context["form"].errors["text"])
    assert 'id="preset-text-error"' in answer.content.decode() and not ReplyPreset.objects.exists()

    assert client.post(PAGE + "add/", typed(text=text, hints_read="on")).status_code == 302


def test_what_must_be_mended_is_not_kept_at_all(p):
    answer = signed_in(p.li, "en").post(PAGE + "add/", typed(text="已联系110101199003078515的当事人处理完毕。", hints_read="on"))

    assert answer.status_code == 422 and not ReplyPreset.objects.exists()


@pytest.mark.parametrize(("fields", "field"), [
    ({"unit": "CG"}, "unit"), ({"unit": ""}, "unit"), ({"category": "999999"}, "category"), ({"title": ""}, "title"),
    ({"title": "长" * 41}, "title"), ({"text": "短"}, "text")])
def test_what_cannot_be_is_said_beside_its_field(p, fields, field):
    answer = signed_in(p.li, "en").post(PAGE + "add/", typed(**fields))

    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
