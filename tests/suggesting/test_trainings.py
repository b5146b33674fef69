"""Trainings with the district's own tickets: the better one is in use, a worse one is not, too few tickets give none."""
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from suggesting import answers, evaluating, tasks, versions
from suggesting.messages import Message
from suggesting.models import Training
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.suggesting import trained
from tests.suggesting.writing import written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE = "/suggestions/"


@pytest.fixture
def few(monkeypatch):
    """A district with few tickets may train with few."""
    monkeypatch.setattr(versions, "LEAST", 20)
    monkeypatch.setattr(versions, "LEAST_HELD", 3)


@pytest.fixture
def tickets(monkeypatch, few):
    """What reviewers have approved, as it would be read from the tickets."""
    def are(rows):
        found = [Message(each.topic, each.detail, each.label, id=str(number)) for number, each in enumerate(rows)]
        split = versions.Material([row for row in found if int(row.id) % 4 > 1], [row for row in found if int(row.id) % 4 == 1],
                                  [row for row in found if int(row.id) % 4 == 0])
        monkeypatch.setattr(versions, "material", lambda: split)
    return are


def shuffled(count):
    """Every label is wrong for two of three messages."""
    labels = ["roads", "schools", "wages"]
    return [Message(each.topic, each.detail, labels[(number * 7 // 3) % 3]) for number, each in enumerate(written(count))]


def test_with_too_few_approved_tickets_nothing_is_trained_and_the_page_says_so(p):
    make.in_dispatch(p)

    tasks.train_classifier()

    assert not Training.objects.exists() and versions.in_use() == (None, None)
    page = signed_in(p.sv).get(PAGE).content.decode()
    assert "200" in page and "目前有1" in page.replace(" ", "")


def test_only_what_a_reviewer_approved_and_nothing_confidential_is_learnt(p):
    make.in_review(p)
    make.in_dispatch(p, is_confidential=True)
    approved = make.in_dispatch(p, content="只有这一件可以用来学习的事情")

    found = versions.material()

    rows = [*found.train, *found.tune, *found.judge]
    assert {row.id for row in rows} <= {approved.ticket_no}
    assert list(versions.approved()) == [approved]


def test_the_first_that_is_good_enough_is_put_to_use(tickets):
    tickets(written(240))

    row = versions.train(now=NOON)

    assert row.in_use and row.verdict == "better" and row.compared is None and row.top3 == 1 and row.macro_f1 > 0.9
    number, model = versions.in_use()
    assert number == row.pk and model.best("拖欠工资", "公司拖欠工资")[0][0] == "wages"


def test_a_worse_one_is_kept_beside_and_not_used(tickets, monkeypatch):
    tickets(written(240))
    good = versions.train(now=NOON)
    judge = versions.material().judge
    bad = list(shuffled(240))
    monkeypatch.setattr(versions, "material", lambda: versions.Material(bad, judge, judge))

    worse = versions.train(now=NOON + DAY)

    good.refresh_from_db()
    assert good.in_use and not worse.in_use and worse.verdict in ("worse", "unfit")
    assert worse.compared > worse.macro_f1


def test_one_that_turns_out_worse_is_taken_back(tickets):
    """Given a bad one in use and a good one before it, when neither is new, then the good one is in use again."""
    tickets(written(240))
    good = versions.train(now=NOON)
    Training.objects.update(in_use=False)
    bad = trained.in_use(now=NOON + DAY)  # of other categories: wrong with every ticket of these

    fresh = Training(at=NOON + 2 * DAY, tickets=1, held_out=60, categories=3, accuracy=0.1, macro_f1=0.1, top3=0.6, p95_ms=1,
                     seconds=1, classifier=b"-")
    before = {row: evaluating.with_model(model, versions.material().judge).macro_f1 for row, model in versions.kept_ones()}
    versions.settle(fresh, before)

    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.in_use and not bad.in_use and fresh.verdict == "worse"


def test_one_that_is_mostly_wrong_is_never_used(tickets, monkeypatch):
    monkeypatch.setattr(versions, "LEAST_TOP3", 1.1)
    tickets(written(240))

    assert versions.train(now=NOON).verdict == "unfit"
    assert versions.in_use() == (None, None)


def test_only_the_newest_are_kept_whole(tickets):
    tickets(written(120))
    rows = [versions.train(now=NOON + number * DAY) for number in range(5)]

    kept = set(Training.objects.exclude(classifier=None).values_list("pk", flat=True))

    assert len(kept) == versions.KEPT and Training.objects.get(in_use=True).pk in kept
    assert Training.objects.count() == len(rows)


def test_the_database_holds_one_in_use():
    trained.in_use()
    with pytest.raises(IntegrityError), transaction.atomic():
        trained.in_use()
    with pytest.raises(IntegrityError), transaction.atomic():
        trained.in_use(in_use=True, classifier=None)


def test_from_tickets_to_a_classifier(p, few):
    """The whole way, with tickets that a reviewer approved."""
    for number, each in enumerate(written(90)):
        make.in_dispatch(p, content=f"{each.detail}请处理一下", title=each.topic, contact_phone=f"138{number:08d}",
                         category=make.category(trained.CODES[each.label]))

    tasks.train_classifier()

    row = Training.objects.get()
    assert row.in_use and row.macro_f1 > 0.8 and row.categories == 3


def test_the_page_shows_figures_and_how_often_suggestions_are_taken(p):
    row = trained.in_use()
    for number, yes in enumerate((True, True, True, False)):
        answers.note(by=p.op, now=row.at, key=f"k{number}", about="category", place=1 if yes else None, training=row.pk)

    assert answers.rates(now=row.at)[0][1:] == (3, 1, 75)
    assert answers.rates(now=row.at + 31 * DAY)[0][1:] == (0, 0, None)
    page = signed_in(p.sv).get(PAGE).content.decode()
    assert "使用中" in page and "0.900" in page
    assert cost(signed_in(p.sv), PAGE) <= 10


def test_only_who_watches_over_all_units_opens_it(p):
    for role in ("sv", "zh", "dl", "ql", "op", "li", "au", "ad"):
        assert signed_in(getattr(p, role)).get(PAGE).status_code == (200 if role in ("sv", "zh", "dl", "ql") else 403)


def test_the_web_process_asks_without_scipy():
    """It takes a second to load and a hundred megabytes; only training needs it."""
    code = ("import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
            "from suggesting import advice, grams, linear; grams.places_of('路灯', '不亮');"
            "assert 'scipy' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
