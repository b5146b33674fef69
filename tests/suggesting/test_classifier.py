"""The classifier: what it learns, what is kept of it, and how it is measured."""
import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from suggesting import evaluating, grams, kept_file, messages, training
from suggesting.linear import Linear, Unreadable
from suggesting.messages import Message
from tests.suggesting.writing import written


@pytest.fixture(scope="module")
def model():
    found = list(written(90))
    return training.fit(training.table(found), [each.label for each in found])


@pytest.fixture
def file(tmp_path):
    def write(rows, name="rows.jsonl"):
        place = tmp_path / name
        place.write_text("\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        return place
    return write


def plain(found):
    return [{"topic": each.topic, "detail": each.detail, "label": each.label, "dup_group": each.group} for each in found]


def said(command, *arguments, **options):
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return json.loads(out.getvalue())


def test_it_tells_apart_what_it_has_learnt(model):
    fresh = list(written(60, seed=2))

    assert evaluating.with_model(model, fresh).macro_f1 > 0.95


def test_what_was_kept_says_the_same_as_what_was_trained(model):
    again = Linear.from_bytes(model.to_bytes())

    for each in written(20, seed=3):
        before, after = model.best(each.topic, each.detail), again.best(each.topic, each.detail)
        assert [label for label, _chance in before] == [label for label, _chance in after]
        assert [chance for _label, chance in before] == pytest.approx([chance for _label, chance in after], abs=0.01)


def test_one_message_is_scored_as_in_a_table(model):
    found = list(written(10, seed=4))

    alone = np.array([model.scores(each.topic, each.detail) for each in found])

    assert alone == pytest.approx(training.scores_of(model, training.table(found)), abs=1e-3)


def test_chances_are_chances_and_the_likeliest_comes_first(model):
    best = model.best("拖欠工资", "公司拖欠工资三个月", most=3)

    assert best[0][0] == "wages"
    assert [chance for _label, chance in best] == sorted((chance for _label, chance in best), reverse=True)
    assert sum(chance for _label, chance in best) == pytest.approx(1)


def test_a_large_one_is_cut_down_and_still_knows_most(monkeypatch):
    found = list(written(90))
    monkeypatch.setattr(training, "NUMBERS", 900)

    small = training.fit(training.table(found), [each.label for each in found])

    assert len(small.keys) == 300
    assert evaluating.with_model(small, list(written(60, seed=2))).macro_f1 > 0.8


@pytest.mark.parametrize("kept", [b"", b"PK", b"\x93NUMPY"], ids=["nothing", "a torn archive", "an array"])
def test_bytes_that_are_no_model_are_refused(kept):
    with pytest.raises(Unreadable):
        Linear.from_bytes(kept)


def test_messages_of_one_label_teach_nothing():
    with pytest.raises(training.TooFew):
        training.fit(training.table([Message("a", "b", "x")] * 3), ["x"] * 3)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.text(max_size=3000))
def test_any_text_has_its_numbers(topic, detail):
    for places, often in grams.places_of(topic, detail):
        assert len(places) == len(often) == len(set(places.tolist()))
        assert ((places >= 0) & (places < grams.PLACES)).all() and (often >= 1).all()


@settings(max_examples=100, deadline=None)
@given(topic=st.text(max_size=100), detail=st.text(max_size=300))
def test_any_text_is_answered(model, topic, detail):
    assert len(model.best(topic, detail)) == 3


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80))
def test_those_of_one_group_are_judged_together(groups):
    found = [Message("a", "b", group=str(group)) for group in groups]

    fold = evaluating.folds(found)

    for group in set(groups):
        assert len({fold[number] for number, own in enumerate(groups) if own == group}) == 1
    assert fold.min() >= 0 and fold.max() < evaluating.FOLDS


def test_macro_f1_is_the_mean_over_labels():
    assert evaluating.macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert evaluating.macro_f1(["a", "a"], ["a", "c"]) == pytest.approx((2 / 3 + 0) / 2)


# --- commands --------------------------------------------------------------------------------------------------------


def test_without_a_model_the_way_of_training_is_measured_in_turns(file, settings, tmp_path):
    settings.HOTLINE_DATA = tmp_path
    figures = said("evaluate_classifier", file(plain(written(90))))

    assert set(figures) >= {"accuracy", "macro_f1", "top3", "p95_ms", "n"}
    assert figures["n"] == 90 and figures["macro_f1"] > 0.9 and figures["top3"] == 1 and figures["p95_ms"] > 0
    assert figures["how"] == "5 turns by group"


def test_a_trained_model_is_measured_with_what_it_has_not_seen(file, settings, tmp_path):
    settings.HOTLINE_DATA = tmp_path
    known, fresh = plain(written(90)), plain(written(30, seed=9))
    trained = said("train_classifier", file(known))
    assert trained["n"] == 90 and (tmp_path / "classifier.model").stat().st_size == trained["bytes"]

    assert said("evaluate_classifier", file(fresh))["how"] == "held out"
    assert said("evaluate_classifier", file([*fresh, *known[:10]])) | {"p95_ms": 0} == {
        "accuracy": 1, "macro_f1": 1, "top3": 1, "p95_ms": 0, "n": 30, "how": "held out", "left_out": 10}
    assert said("evaluate_classifier", file(known))["how"] == "5 turns by group", "it knows these by heart"
    with pytest.raises(CommandError, match="trained with most"):
        said("evaluate_classifier", file(known), model=tmp_path / "classifier.model")


def test_more_messages_are_trained_with_but_not_judged(file, settings, tmp_path):
    settings.HOTLINE_DATA = tmp_path
    figures = said("evaluate_classifier", file(plain(written(45))), also=[file(plain(written(45, seed=8)), "more.jsonl")])

    assert figures["n"] == 45


def test_what_cannot_be_read_is_refused_with_its_line(file):
    for rows, words in ((["{"], "line 1"), ([{"topic": "a"}], "line 1: no label"), (["[]"], "not an object"),
                        ([{"label": "x"}], "neither topic nor detail")):
        with pytest.raises(CommandError, match=words):
            call_command("train_classifier", str(file(rows)))
    with pytest.raises(CommandError):
        call_command("train_classifier", "/nowhere.jsonl")


def test_an_older_way_of_reading_is_noticed(model, monkeypatch):
    kept = model.to_bytes()
    monkeypatch.setattr(grams, "PLACES", 2)

    with pytest.raises(Unreadable, match="train it anew"):
        Linear.from_bytes(kept)


def test_a_file_remembers_what_it_was_trained_with(model, tmp_path):
    known, fresh = list(written(2)), list(written(2, seed=5))
    kept_file.save(tmp_path / "deep" / "m", model, known)

    kept = kept_file.load(tmp_path / "deep" / "m")

    assert [kept.knows(each) for each in (*known, *fresh)] == [True, True, False, False]


def test_segmented_rows_are_read_as_text(file):
    assert messages.read(file([{"topic": "路", "tokens": "路灯 不亮", "label": "x"}]))[0].detail == "路灯不亮"
