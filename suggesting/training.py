"""Trains the classifier: ridge regression of all pieces onto the labels, solved exactly. Needs SciPy, loaded when asked.

There are far more pieces than messages, so that the equations are solved in as many unknowns as there are messages (the dual
form): a table of how much each message is like each other one, a Cholesky decomposition, and the weights of the pieces out of
its solution. For 6,000 messages this takes seconds, for any number of labels. What it would have said of each message without
having seen it comes out of the same decomposition, and teaches which labels are said too easily in place of which.
"""
from dataclasses import replace

import numpy as np

from suggesting import grams
from suggesting.linear import Linear, chances

RARE = 2  # a piece in fewer messages says nothing
NUMBERS = 10_000_000  # at most in the weights of a model that is kept
RIDGE = 0.05  # of the length of a message, which is one
SHARPNESS = np.geomspace(0.5, 64, 43)
TRUST = 20  # in the scores as they are, against what the messages say of labels that are taken for each other
FEW = 2  # labels: with fewer there is nothing to learn
MANY = 0.02  # pieces in a larger share of all messages are multiplied as a full table, which is quicker
LEAST_CHANCE = 1e-9
AT_ONCE = 50_000  # pieces whose weights are looked at together


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

    at = np.minimum(np.searchsorted(keys, counts.indices), len(keys) - 1)
    is_known = keys[at] == counts.indices
    starts = np.concatenate([[0], np.cumsum(is_known)])[counts.indptr]
    known = at[is_known]
    rows = sparse.csr_matrix((counts.data[is_known] * idf[known], known, starts), shape=(counts.shape[0], len(keys)))
    ends = np.searchsorted(keys, np.arange(len(grams.SPACES) + 1) * grams.PLACES)
    parts = [as_long_as(rows[:, first:last], space.weight)
             for space, first, last in zip(grams.SPACES, ends, ends[1:], strict=False)]
    return sparse.hstack(parts, format="csr")


def as_long_as(rows, length):
    """Each row of a sparse table made so long; an empty one stays empty."""
    from scipy import sparse

    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(length, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return (sparse.diags(scale.astype(np.float32)) @ rows).tocsr()


def fit(counts, labels):
    """A Linear of the rows of a table and the label of each."""
    names = sorted(set(labels))
    if len(names) < FEW:
        raise TooFew(f"Only {len(names)} label: there is nothing to tell apart.")
    wanted = np.full((len(labels), len(names)), -1, dtype=np.float32)
    wanted[np.arange(len(labels)), [names.index(label) for label in labels]] = 1
    keys, often = np.unique(counts.indices, return_counts=True)
    keys, often = keys[often >= RARE], often[often >= RARE]
    if not len(keys):
        raise TooFew("No two messages share a word.")
    idf = (np.log((1 + counts.shape[0]) / (1 + often)) + 1).astype(np.float32)
    rows = weighed(counts, keys, idf)
    shares, unseen = solved(rows, wanted)
    most = max(1, NUMBERS // len(names))
    if len(keys) > most:  # what says least is left out, and the rest learnt anew: its lengths are others now
        kept = np.sort(np.argsort(-importance(rows, shares), kind="stable")[:most])
        keys, idf = keys[kept], idf[kept]
        rows = weighed(counts, keys, idf)
        shares, unseen = solved(rows, wanted)
    turned, offsets = told_apart(unseen, wanted > 0)
    return Linear(names, keys, idf, np.asarray(rows.T @ (shares @ turned)), offsets)


def solved(rows, wanted):
    """(how much each message counts for each label, the scores of each message by a model that has not seen it).

    The latter without training anew: a message's residual is its share divided by its place on the diagonal of the inverse
    (Rasmussen and Williams, Gaussian Processes for Machine Learning, 5.4.2).
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.linalg.lapack import spotri

    alike = likeness(rows).astype(np.float32, copy=False)
    alike[np.diag_indices(len(alike))] += RIDGE
    factor, is_lower = cho_factor(alike, lower=True, overwrite_a=True, check_finite=False)
    shares = cho_solve((factor, is_lower), wanted, check_finite=False)
    inverse, _info = spotri(factor, lower=is_lower, overwrite_c=True)
    return shares, wanted - shares / np.diag(inverse)[:, None]


def told_apart(scores, is_right):
    """(turned, offsets): scores @ turned + offsets make the right labels of unseen messages likeliest.

    Multinomial logistic regression that starts from the scores as they are and is drawn back to them, so that few messages
    change little.
    """
    from scipy.optimize import minimize

    count, right = scores.shape[1], is_right.argmax(axis=1)
    scores = scores.astype(np.float64)
    start = sharpest(scores, right) * np.eye(count)

    def surprise(flat):
        turned, offsets = flat[:-count].reshape(count, count), flat[-count:]
        chance = chances(scores @ turned + offsets, 1)
        off = chance - is_right
        lost = -np.log(np.maximum(chance[np.arange(len(right)), right], LEAST_CHANCE)).sum()
        moved = turned - start
        return (lost + TRUST / 2 * (moved ** 2).sum(),
                np.concatenate([(scores.T @ off + TRUST * moved).ravel(), off.sum(axis=0)]))

    found = minimize(surprise, np.concatenate([start.ravel(), np.zeros(count)]), jac=True, method="L-BFGS-B",
                     options={"maxiter": 300}).x.astype(np.float32)
    return found[:-count].reshape(count, count), found[-count:]


def likeness(rows):
    """Of each message with each, a full table."""
    often = np.diff(rows.tocsc().indptr)
    is_common = often > MANY * rows.shape[0]
    full = rows[:, np.flatnonzero(is_common)].toarray()
    rare = rows[:, np.flatnonzero(~is_common)]
    return full @ full.T + (rare @ rare.T).toarray()


def importance(rows, shares):
    """The largest weight of each piece, for whatever label; a few pieces at a time, since all weights would fill the memory."""
    columns = rows.T.tocsr()
    return np.concatenate([np.abs(columns[start:start + AT_ONCE] @ shares).max(axis=1)
                           for start in range(0, columns.shape[0], AT_ONCE)])


def scores_of(model, counts):
    """What the model says of each row of a table: the same as Linear.scores, for many."""
    return np.asarray(weighed(counts, model.keys, model.idf) @ model.weights.astype(np.float32)) + model.offsets


def sharpened(model, scores, labels):
    """The same model with chances that fit: the sharpness under which the labels of messages it has not seen are likeliest."""
    place = {label: number for number, label in enumerate(model.labels)}
    known = [number for number, label in enumerate(labels) if label in place]
    if not known:
        return model
    return replace(model, sharpness=sharpest(scores[known], np.array([place[labels[number]] for number in known])))


def sharpest(scores, right):
    def surprise(sharpness):
        chance = chances(scores, sharpness)[np.arange(len(right)), right]
        return -np.log(np.maximum(chance, LEAST_CHANCE)).mean()

    return float(min(SHARPNESS, key=surprise))
