"""The classifier as it is kept and asked: a few arrays of numpy. Whoever only asks needs no SciPy, which takes a second to load
and a hundred megabytes: it is needed for training alone."""
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from suggesting import grams


class Unreadable(Exception):
    """These bytes are no model of ours."""


@dataclass(frozen=True)
class Linear:
    """`keys`: which pieces count, as space * PLACES + place, in order; `idf` of each; `weights` and `offsets` for each label.

    `sharpness` makes chances of the scores, so that what is said with 80 % is right about four times in five.
    """

    labels: list
    keys: np.ndarray
    idf: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray
    sharpness: float = 1.0

    def scores(self, topic, detail):
        """One number for each label."""
        total = self.offsets.copy()
        for number, (places, often) in enumerate(grams.places_of(topic, detail)):
            wanted = places + number * grams.PLACES
            at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            known = self.keys[at] == wanted
            values = often[known] * self.idf[at[known]]
            length = float(np.sqrt(values @ values))
            if length:
                total += (values * (grams.SPACES[number].weight / length)) @ self.weights[at[known]].astype(np.float32)
        return total

    def best(self, topic, detail, most=3):
        """[(label, chance)], the likeliest first."""
        chance = chances(self.scores(topic, detail), self.sharpness)
        return [(self.labels[place], float(chance[place])) for place in np.argsort(-chance, kind="stable")[:most]]

    def to_bytes(self):
        out = BytesIO()
        np.savez_compressed(out, labels=np.array(self.labels, dtype=str), keys=self.keys.astype(np.int32),
                            idf=self.idf.astype(np.float32), weights=self.weights.astype(np.float16),
                            offsets=self.offsets.astype(np.float32), sharpness=np.float64(self.sharpness),
                            spaces=np.array(spaces(), dtype=str))
        return out.getvalue()

    @classmethod
    def from_bytes(cls, kept):
        try:
            with np.load(BytesIO(kept), allow_pickle=False) as held:
                if held["spaces"].tolist() != spaces():
                    raise Unreadable("The messages were read in another way when this model was trained; train it anew.")
                return cls([str(label) for label in held["labels"]], held["keys"], held["idf"], held["weights"],
                           held["offsets"], float(held["sharpness"]))
        except (ValueError, KeyError, OSError, EOFError) as error:
            raise Unreadable(f"This is no trained classifier: {error}") from error


def spaces():
    return [f"{space} {grams.PLACES}" for space in grams.SPACES]


def chances(scores, sharpness):
    powers = np.exp(sharpness * (scores - scores.max(axis=-1, keepdims=True)))
    return powers / powers.sum(axis=-1, keepdims=True)
