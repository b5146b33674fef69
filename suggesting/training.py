"""Trains the classifier: two linear models of the same pieces, averaged into one. Needs scikit-learn, loaded when asked."""
from dataclasses import replace

import numpy as np

from suggesting import grams
from suggesting.linear import Linear, chances

RARE = 2  # a piece in fewer messages says nothing
NUMBERS = 10_000_000  # at most in the weights of a model that is kept
RIDGE, SVM = 1.5, 0.3
SHARPNESS = np.geomspace(0.5, 16, 31)
FEW = 2  # labels: with fewer there is nothing to learn


class TooFew(Exception):
    """Messages of one label only, or of none."""


def table(messages):
    """The messages as one sparse table: a row each, a column for each space and place; how often, damped."""
    from scipy import sparse

    starts, columns, values = [0], [], []
    for each in messages:
        found = grams.places_of(each.topic, each.detail)
        columns += [places + number * grams.PLACES for number, (places, _often) in enumerate(found)]
        values += [often for _places, often in found]
        starts.append(starts[-1] + sum(len(often) for _places, often in found))
    flat = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    said = np.concatenate(values) if values else np.zeros(0, dtype=np.float32)
    return sparse.csr_matrix((said, flat, starts), shape=(len(starts) - 1, len(grams.SPACES) * grams.PLACES))


def weighed(counts, keys, idf):
    """The columns `keys` of the table, by idf, each space of a message as long as its weight."""
    from scipy import sparse
    from sklearn.preprocessing import normalize

    parts = []
    for number, space in enumerate(grams.SPACES):
        first, last = np.searchsorted(keys, [number * grams.PLACES, (number + 1) * grams.PLACES])
        part = counts[:, keys[first:last]].multiply(idf[first:last]).tocsr().astype(np.float32)
        parts.append(normalize(part) * np.float32(space.weight))
    return sparse.hstack(parts, format="csr")


def fit(counts, labels):
    """A Linear of the rows of a table and the label of each."""
    names = sorted(set(labels))
    if len(names) < FEW:
        raise TooFew(f"Only {len(names)} label: there is nothing to tell apart.")
    wanted = np.array([names.index(label) for label in labels])
    often = np.bincount(counts.indices, minlength=counts.shape[1])
    keys = np.flatnonzero(often >= min(RARE, counts.shape[0]))
    idf = (np.log((1 + counts.shape[0]) / (1 + often[keys])) + 1).astype(np.float32)
    weights, bias = learn(weighed(counts, keys, idf), wanted, len(names))
    most = max(1, NUMBERS // len(names))
    if len(keys) > most:  # what says least is left out, and the rest learnt anew: its lengths are others now
        kept = np.sort(np.argsort(-np.abs(weights).max(axis=1), kind="stable")[:most])
        keys, idf = keys[kept], idf[kept]
        weights, bias = learn(weighed(counts, keys, idf), wanted, len(names))
    return Linear(names, keys, idf, weights, bias)


def learn(rows, wanted, count):
    """(weights, bias): the mean of ridge regression and of a support vector machine, each as wide as the other."""
    from sklearn.linear_model import RidgeClassifier
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((rows.shape[1], count), dtype=np.float32), np.zeros(count, dtype=np.float32)
    for model in (RidgeClassifier(alpha=RIDGE, solver="sparse_cg", tol=1e-3), LinearSVC(C=SVM, random_state=0)):
        model.fit(rows, wanted)
        width = max(float(np.std(model.decision_function(rows))), 1e-9)
        sides, begins = model.coef_.T / width, model.intercept_ / width
        if count == FEW:  # one number says both
            sides, begins = np.hstack([-sides, sides]) / 2, np.array([-begins[0], begins[0]]) / 2
        weights += sides.astype(np.float32)
        bias += begins.astype(np.float32)
    return weights, bias


def scores_of(model, counts):
    """What the model says of each row of a table: the same as Linear.scores, for many."""
    return np.asarray(weighed(counts, model.keys, model.idf) @ model.weights.astype(np.float32)) + model.bias


def sharpened(model, scores, labels):
    """The same model with chances that fit: the sharpness under which the labels of messages it has not seen are likeliest."""
    place = {label: number for number, label in enumerate(model.labels)}
    known = [number for number, label in enumerate(labels) if label in place]
    if not known:
        return model
    right = np.array([place[labels[number]] for number in known])

    def surprise(sharpness):
        chance = chances(scores[known], sharpness)[np.arange(len(known)), right]
        return -np.log(np.maximum(chance, 1e-9)).mean()

    return replace(model, sharpness=float(min(SHARPNESS, key=surprise)))
