"""The life of an article: written, approved by another person, replaced, withdrawn; and what the database refuses."""
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from knowledge import actions
from knowledge.models import Article, Use, Version
from notices.models import Notice
from tests import factories
from tests.factories import NOON
from tests.knowledge.articles import content, draft, editors, published, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(p):
    return editors()


def refused_by_the_database(act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def test_numbers_follow_each_other_without_a_gap(two):
    last = Article.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        draft(two[0])
        raise RuntimeError
    made = [draft(two[0]).article for _time in range(3)]

    assert [article.serial for article in made] == [last + 1, last + 2, last + 3]
    assert made[0].number == f"K{last + 1:05}"


def test_an_article_is_published_by_a_second_person(two):
    row = published(*two)

    assert (row.status, row.author, row.approved_by) == ("published", *two)
    assert [entry.what for entry in AuditEntry.objects.filter(kind="KNOWLEDGE").order_by("pk")][-3:] == [
        "article written", "article submitted", "article published"]


@pytest.mark.parametrize("who", ["author", "submitter"])
def test_nobody_approves_what_he_wrote_or_submitted(two, who):
    author, other = two
    row = draft(author)
    actions.submit(row.article.number, 1, by=author if who == "author" else other, now=NOON)

    with pytest.raises(actions.Refused):
        actions.publish(row.article.number, 1, by=author if who == "author" else other, now=NOON)

    row.refresh_from_db()
    assert row.status == "submitted"


def test_the_database_wants_four_eyes_too(two):
    row = submitted(two[0])

    for approver in (two[0], None):
        refused_by_the_database(lambda approver=approver: Version.objects.filter(pk=row.pk).update(
            status="published", approved_by=approver, approved_at=NOON if approver else None))


def test_an_edit_makes_a_new_version_and_the_old_one_never_changes(two):
    old = published(*two)
    number = old.article.number

    new = actions.write(by=two[1], now=NOON, number=number, base=1, **content(answer="改为十个工作日内办结,可网上申领。"))
    old.refresh_from_db()
    assert (old.status, new.status, new.version) == ("published", "draft", 2)

    actions.submit(number, 2, by=two[1], now=NOON)
    actions.publish(number, 2, by=two[0], now=NOON)
    old.refresh_from_db()
    assert (old.status, old.approved_by) == ("replaced", two[1])


@pytest.mark.parametrize("change", [
    {"answer": "别的"}, {"title": "别的"}, {"valid_to": date(2030, 1, 1)}, {"search_text": "别的"}, {"version": 9}])
def test_what_a_version_says_is_written_once(two, change):
    row = published(*two)

    refused_by_the_database(lambda: Version.objects.filter(pk=row.pk).update(**change))


def test_nothing_is_deleted_and_a_number_stays(two):
    row = published(*two)

    refused_by_the_database(lambda: Version.objects.filter(pk=row.pk).delete())
    refused_by_the_database(lambda: Article.objects.filter(pk=row.article_id).update(number="K99999"))


def test_states_move_as_they_may_and_no_other_way(two):
    row = draft(two[0])

    refused_by_the_database(lambda: Version.objects.filter(pk=row.pk).update(status="proposed"))
    refused_by_the_database(lambda: Version.objects.create(article=row.article, version=2, status="submitted", title="x",
                                                           answer="y", author=two[0], written_at=NOON, audience="public",
                                                           search_text=""))
    gone = published(*two)
    actions.withdraw(gone.article.number, 1, by=two[0], now=NOON, reason="政策废止")
    refused_by_the_database(lambda: Version.objects.filter(pk=gone.pk).update(remark="别的"))


def test_a_version_is_not_submitted_twice_nor_published_as_a_draft(two):
    row = submitted(two[0])
    number = row.article.number

    with pytest.raises(actions.Overtaken):
        actions.submit(number, 1, by=two[0], now=NOON)
    actions.publish(number, 1, by=two[1], now=NOON)
    with pytest.raises(actions.Overtaken):
        actions.publish(number, 1, by=two[1], now=NOON)
    with pytest.raises(actions.Overtaken):
        actions.publish(draft(two[0]).article.number, 1, by=two[1], now=NOON)


def test_who_edits_an_old_version_is_told(two):
    row = draft(two[0])
    actions.write(by=two[1], now=NOON, number=row.article.number, base=1, **content())

    with pytest.raises(actions.Overtaken):
        actions.write(by=two[0], now=NOON, number=row.article.number, base=1, **content())


def test_sent_back_it_is_a_draft_again_and_its_author_hears_why(two):
    row = submitted(two[0])

    actions.send_back(row.article.number, 1, by=two[1], now=NOON, reason="缺少依据")

    row.refresh_from_db()
    assert (row.status, row.submitted_by, row.remark) == ("draft", None, "缺少依据")
    assert Notice.objects.filter(recipient=two[0], kind="knowledge_sent_back").count() == 1


@pytest.mark.parametrize("late", [{"valid_to": date(2026, 3, 1)}, {"review_on": date(2026, 3, 1)}])
def test_what_is_over_is_not_published(two, late):
    row = draft(two[0], **late)

    with pytest.raises(actions.Refused):
        actions.submit(row.article.number, 1, by=two[0], now=NOON)


def test_two_articles_do_not_share_a_key_of_the_menu(two):
    published(*two, ivr_text="听", ivr_key="21")
    row = submitted(two[0], ivr_text="听", ivr_key="21")

    with pytest.raises(actions.Refused):
        actions.publish(row.article.number, 1, by=two[1], now=NOON)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.KE, Role.OP, Role.LI)])
def test_only_operators_and_liaisons_propose_and_only_editors_write(p, role):
    user = getattr(p, role.lower())

    with pytest.raises(PermissionDenied):
        actions.propose(title="路灯报修", answer="拨打供电公司电话报修即可。", by=user, now=NOON)
    with pytest.raises(PermissionDenied):
        draft(user)


def test_a_proposal_becomes_a_draft_of_an_editor_and_its_author_hears_the_end(p, two):
    row = actions.propose(title="路灯报修", answer="拨打供电公司电话报修即可。", by=p.op, now=NOON)
    number = row.article.number
    assert set(Notice.objects.filter(kind="knowledge_proposed").values_list("recipient", flat=True)) >= {two[0].pk, two[1].pk}

    with pytest.raises(actions.Overtaken):  # a proposal is not submitted as it is
        actions.submit(number, 1, by=two[0], now=NOON)
    actions.write(by=two[0], now=NOON, number=number, base=1, **content(title="路灯报修"))
    actions.submit(number, 2, by=two[0], now=NOON)
    actions.publish(number, 2, by=two[1], now=NOON)

    assert Notice.objects.filter(recipient=p.op, kind="knowledge_published").count() == 1
    row.refresh_from_db()
    assert row.status == "replaced"


def test_a_use_is_counted_and_never_changed(p, two):
    row = published(*two)

    use = actions.note_use(row.pk, ticket_no="20260302000001", by=p.op, now=NOON)

    row.article.refresh_from_db()
    assert row.article.uses == 1
    refused_by_the_database(lambda: Use.objects.filter(pk=use.pk).update(ticket_no="x"))
    refused_by_the_database(lambda: actions.note_use(row.pk, ticket_no="20260302000001", by=p.op, now=NOON))


@pytest.mark.parametrize(("change", "day"), [
    ({"valid_from": date(2026, 3, 3)}, None), ({"audience": "internal"}, None), ({"valid_to": date(2026, 3, 2)}, "next")])
def test_only_what_is_valid_and_public_is_cited(two, change, day):
    row = published(*two, **change)
    now = NOON.replace(day=3) if day else NOON

    with pytest.raises(actions.Refused):
        actions.citable(row.article.number, now=now)


def test_citing_finds_the_published_version(two):
    row = published(*two)

    assert actions.citable(f" {row.article.number.lower()} ", now=NOON) == row
    assert factories.unit("GA") == row.owner
