"""How good a classifier is on messages it has not seen: accuracy, macro-F1, top 3, and how long it takes a message."""
import random
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from suggesting import training
from suggesting.linear import Linear

FOLDS = 5
TIMED = 1000  # messages whose time is taken


@dataclass(frozen=True)
class Figures:
    """`top3`: the right label is among the three likeliest. Times include reading the pieces out of the text."""

    n: int
    accuracy: float
    macro_f1: float
    top3: float
    p95_ms: float | None = None

    def plain(self):
        return {"accuracy": round(self.accuracy, 4), "macro_f1": round(self.macro_f1, 4), "top3": round(self.top3, 4),
                "p95_ms": self.p95_ms if self.p95_ms is None else round(self.p95_ms, 2), "n": self.n}


def figures(right, ranked, p95_ms=None):
    """`right`: the label of each message; `ranked`: what was said of it, the likeliest first."""
    firsts = [labels[0] for labels in ranked]
    hits = [first == label for first, label in zip(firsts, right, strict=True)]
    among = [label in labels[:3] for labels, label in zip(ranked, right, strict=True)]
    return Figures(len(right), float(np.mean(hits)), macro_f1(right, firsts), float(np.mean(among)), p95_ms)


def macro_f1(right, said):
    """The mean over the labels that are right or were said of 2·hits / (said + right)."""
    scores = []
    for label in set(right) | set(said):
        hits = sum(one == label == other for one, other in zip(right, said, strict=True))
        scores.append(2 * hits / (sum(one == label for one in right) + sum(one == label for one in said)))
    return float(np.mean(scores))


def ranked(model, scores):
    return [[model.labels[place] for place in row] for row in np.argsort(-scores, axis=1, kind="stable")[:, :3]]


def folds(messages, count=FOLDS):
    """A number below `count` for each message: those of one group have the same, and all folds are about as large.

    The largest group comes first into the smallest fold; nothing is drawn, so that a file has the same folds every time.
    """
    groups = defaultdict(list)
    for number, each in enumerate(messages):
        groups[each.group or f"alone {number}"].append(number)
    sizes, fold = [0] * count, [0] * len(messages)
    for members in sorted(groups.values(), key=len, reverse=True):
        least = sizes.index(min(sizes))
        sizes[least] += len(members)
        for number in members:
            fold[number] = least
    return np.array(fold)


def in_turns(messages, also=(), tell=lambda done: None):
    """Figures of k-fold: each message is judged by a model that saw no message of its group. `also`: more for training."""
    counts, more = training.table(messages), training.table(also)
    fold, labels = folds(messages), [each.label for each in messages]
    said: list = [None] * len(messages)
    took: list = []
    for turn in range(FOLDS):
        test, train = np.flatnonzero(fold == turn), np.flatnonzero(fold != turn)
        if not len(test):
            continue
        groups = {messages[number].group for number in test} - {""}
        fit = [number for number, each in enumerate(also) if each.group not in groups]
        model = trained(counts[train], [labels[number] for number in train], more[fit], [also[number].label for number in fit])
        model = Linear.from_bytes(model.to_bytes())  # as it would be kept
        for number, best in zip(test, ranked(model, training.scores_of(model, counts[test])), strict=True):
            said[number] = best
        took += times(model, [messages[number] for number in test[:TIMED // FOLDS]])
        tell(turn + 1)
    return figures(labels, said, percentile(took))


def trained(counts, labels, more, more_labels):
    from scipy import sparse

    whole = sparse.vstack([counts, more], format="csr") if more.shape[0] else counts
    return training.fit(whole, [*labels, *more_labels])


def with_model(model, messages):
    """Figures of a model on messages that it was not trained with."""
    scores = np.array([model.scores(each.topic, each.detail) for each in messages])
    took = times(model, random.Random(5).sample(messages, min(TIMED, len(messages))))  # noqa: S311 (no secret)
    return figures([each.label for each in messages], ranked(model, scores), percentile(took))


def times(model, messages):
    """ms for each message, from text to answer."""
    found = []
    for each in messages:
        begun = time.perf_counter()
        model.best(each.topic, each.detail)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def percentile(took):
    return float(np.percentile(took, 95)) if took else None
