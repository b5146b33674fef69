"""How much one matter is like another (SPEC 7.3): 0 to 100 points, and the reasons for them. Pure: no database, no clock.

The figures are the table below. What SPEC 7.3 leaves open is decided here:
- likeness of words is Dice's coefficient of the letter triples of both (twice what they share over what they have), since a
  text that is being typed is shorter than one that was finished, which Jaccard's would punish;
- "half after 15 days" is a half-life: 15 days leave a half, 30 a quarter. It does not touch the points for an open ticket;
- person and place alone are no reason to call two matters the same (B12: three wishes of one caller are three matters). It
  is suggested only when the matter is alike, too: the same category, or words enough in common.
"""
import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

SAME_PHONE = 40
SAME_CATEGORY, SAME_GROUP = 20, 10  # L3, or only L2
SAME_AREA = 15
SAME_ADDRESS, ADDRESS_ALIKE = 15, 0.6  # points, and from which likeness on
TEXT = 25  # times the likeness
STILL_OPEN = 10
HALF_LIFE = timedelta(days=15)
MOST = 100
SHOWN, SUGGESTED = 45, 70
TEXT_ALIKE = 0.25  # words enough in common to be one matter
WORTH_SAYING = 0.1  # likeness of texts that is a reason of its own
READ = 600  # letters of a text that are compared: the matter is told at its beginning

PHONE, CATEGORY, GROUP, AREA, ADDRESS, WORDS, OPEN = "phone", "category", "group", "area", "address", "words", "open"
STRANGER = SAME_CATEGORY + SAME_AREA + SAME_ADDRESS + TEXT  # the most that a ticket of another caller can have
LONGEST_COMMON = 3  # passages shown
SHORTEST_COMMON = 3  # letters


@dataclass(frozen=True)
class Matter:
    """What is compared. Empty strings and None are not known, and like nothing."""

    phone_hash: str = ""
    category: str = ""  # code of the leaf, six digits
    area_id: int | None = None
    address: str = ""
    text: str = ""
    at: datetime | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Score:
    points: int
    reasons: tuple[tuple[str, int], ...]  # (which, points before they fade)
    likeness: float  # of the words
    same_matter: bool

    @property
    def is_shown(self):
        return self.points >= SHOWN

    @property
    def is_suggested(self):
        return self.points >= SUGGESTED and self.same_matter


def score(asked, there, now):
    """`asked` is being taken in, `there` is a ticket."""
    likeness = alike(asked.text, there.text)
    reasons = tuple((which, points) for which, points in parts(asked, there, likeness) if points)
    fading = sum(points for _which, points in reasons) * kept(now - there.at if there.at else timedelta())
    total = fading + (STILL_OPEN if there.is_open else 0)
    said = (*((which, round(points)) for which, points in reasons), *([(OPEN, STILL_OPEN)] if there.is_open else []))
    same = bool(asked.category) and asked.category == there.category or likeness >= TEXT_ALIKE
    return Score(min(MOST, round(total)), said, likeness, same)


def parts(asked, there, likeness):
    """(which, points) before they fade; each is the same the other way round."""
    yield PHONE, SAME_PHONE * (bool(asked.phone_hash) and asked.phone_hash == there.phone_hash)
    same_leaf = bool(asked.category) and asked.category == there.category
    yield CATEGORY, SAME_CATEGORY * same_leaf
    yield GROUP, SAME_GROUP * (not same_leaf and len(asked.category) >= 4 and asked.category[:4] == there.category[:4])
    yield AREA, SAME_AREA * (asked.area_id is not None and asked.area_id == there.area_id)
    yield ADDRESS, SAME_ADDRESS * (alike(asked.address, there.address) >= ADDRESS_ALIKE)
    yield WORDS, TEXT * likeness


def kept(age):
    """The share of the points that is left after so long; never more than all."""
    return 0.5 ** (max(age, timedelta()) / HALF_LIFE)


def horizon(most, least=SHOWN):
    """After this time a ticket that has at most so many fading points cannot reach `least`, open or not."""
    needed = least - 0.5 - STILL_OPEN  # points are rounded
    return HALF_LIFE * math.log2(most / needed)


REACH = horizon(SAME_PHONE + STRANGER)  # of the caller's own tickets
REACH_OF_STRANGERS = horizon(STRANGER)


# --- words -------------------------------------------------------------------------------------------------------------


def alike(one, other):
    """0 to 1: Dice's coefficient of the letter triples."""
    mine, theirs = triples(one), triples(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0


def triples(text):
    """Of letters and digits only, folded; two spaces before and one behind let short words have some, too."""
    letters = plain(text)
    padded = f"  {letters} "
    return {padded[place:place + 3] for place in range(len(padded) - 2)} if letters else set()


def plain(text):
    folded = unicodedata.normalize("NFKC", text[:READ]).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def in_common(typed, there):
    """The longest passages of `typed` that are in the other text as well, in their order: nothing that was not typed."""
    matcher = SequenceMatcher(None, typed[:READ], there[:READ], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= SHORTEST_COMMON]
    longest = sorted(blocks, key=lambda block: block.size, reverse=True)[:LONGEST_COMMON]
    return [typed[block.a:block.a + block.size].strip("，。、,. \n") for block in sorted(longest, key=lambda block: block.a)]
