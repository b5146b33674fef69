"""Categories whose names share words with a text: all that can be said while there is no classifier yet."""
import math
from collections import Counter
from dataclasses import dataclass

ENOUGH = 1.0  # of what a rare pair of letters says
SHORTEST = 2


@dataclass(frozen=True)
class Named:
    category: object
    word: str  # the longest stretch of the name that stands in the text


def of(text, categories, most):
    """[Named], those first whose rare words are in the text; the same words in many names ("problem") say little."""
    categories = list(categories)
    often = Counter(pair for category in categories for pair in pairs(category.name))
    said = pairs(text)
    found = []
    for category in categories:
        score = sum(1 / often[pair] for pair in pairs(category.name) & said)
        if score >= ENOUGH or score and len(category.name) == SHORTEST:
            found.append((-score / math.sqrt(len(category.name)), category.code, category))
    return [Named(category, stretch(category.name, text)) for _score, _code, category in sorted(found)[:most]]


def pairs(text):
    return {text[place:place + SHORTEST] for place in range(len(text) - SHORTEST + 1)}


def stretch(name, text):
    spans = [(first, last) for first in range(len(name)) for last in range(first + SHORTEST, len(name) + 1)]
    return max((name[first:last] for first, last in spans if name[first:last] in text), key=len, default="")
