"""Several people about the same thing in the same place within a short time. Pure: no database, no clock.

Two reports are alike when they share words and pairs of words that few others use, those of the title twice. How rare a word
is, is learnt from everything that was reported before, too: in the middle of a burst the very word of the matter is frequent.
A cluster is one report with all those of its window that are like it and not from another street or of another kind.
"""
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

ALIKE = 0.08  # cosine; of messages about other things one pair in some hundreds reaches it
READ = 300  # letters of a text
WORDS, LONGEST_PLACE = 5, 40
SHARED = 0.5  # of its reports name a word or a place that is said to be the cluster's
KEPT = 6000  # texts that a process keeps cut into words
BLOCK = 1000
WITH_NUMBERS = re.compile(r"[0-9A-Za-z０-９一二三四五六七八九十百]+(?:号楼|号院|号|栋|幢|座|单元|楼|层|室|组|弄|期|区|门).*$")


@dataclass(frozen=True)
class Rule:
    """So many different people within so long."""

    span: timedelta
    least: int


@dataclass(frozen=True)
class Report:
    id: int
    at: datetime
    who: str  # the same for one person; nobody is nobody else
    terms: dict = field(hash=False, compare=False)  # {word: weight}
    street: int | None = None
    group: str = ""  # of its category
    place: str = ""


@dataclass(frozen=True)
class Cluster:
    rule: Rule
    at: datetime
    centre: Report
    reports: tuple  # the centre among them, by time

    @property
    def ids(self):
        return frozenset(report.id for report in self.reports)

    @property
    def since(self):
        return self.reports[0].at

    @property
    def people(self):
        return people(self.reports)


def people(reports):
    return len({report.who or report.id for report in reports})


@lru_cache(maxsize=KEPT)
def terms(title, text):
    """{word or pair of words: 1 + log of how often}"""
    from suggesting import hot

    counts = Counter(hot.terms_of(hot.words_of(title)) * 2)
    counts.update(hot.terms_of(hot.words_of(text[:READ])))
    return {term: 1 + math.log(count) for term, count in counts.items()}


def place_in(text):
    """The road, estate or building that a text names, without the numbers behind it, which are somebody's home."""
    from suggesting import places

    return WITH_NUMBERS.sub("", places.address_in(text))[:LONGEST_PLACE]


# --- likeness -----------------------------------------------------------------------------------------------------------


def rarity(reports):
    """{word: how much it says} after everything in `reports`."""
    often = Counter(term for report in reports for term in report.terms)
    return {term: math.log(1 + len(reports) / count) for term, count in often.items()}


def weighed(report, rare):
    """The words of a report as a vector of length one; {} for a report without words."""
    vector = {term: weight * rare[term] for term, weight in report.terms.items() if term in rare}
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {term: value / length for term, value in vector.items()} if length else {}


def not_apart(one, other):
    """Reports of two streets, or of two groups of categories, are two matters; of what is not known nobody knows."""
    same_street = one.street is None or other.street is None or one.street == other.street
    return same_street and (not one.group or not other.group or one.group == other.group)


def alike(one, other, rare):
    """The definition, word for word; near() finds the same pairs much faster."""
    mine, theirs = weighed(one, rare), weighed(other, rare)
    return one is other or not_apart(one, other) and sum(
        value * theirs.get(term, 0) for term, value in mine.items()) >= ALIKE


def near(reports, rare):
    """For each of the reports the numbers of those that are like it, itself among them."""
    import numpy as np
    from scipy import sparse

    vectors = [weighed(report, rare) for report in reports]
    column = {term: number for number, term in enumerate(sorted({term for vector in vectors for term in vector}))}
    values = [value for vector in vectors for value in vector.values()]
    columns = [column[term] for vector in vectors for term in vector]
    starts = np.cumsum([0, *(len(vector) for vector in vectors)])
    table = sparse.csr_matrix((values, columns, starts), shape=(len(reports), len(column)), dtype=np.float64)
    found = []
    for start in range(0, len(reports), BLOCK):
        likeness = (table[start:start + BLOCK] @ table.T).tocsr()
        for row in range(likeness.shape[0]):
            span, mine = slice(likeness.indptr[row], likeness.indptr[row + 1]), start + row
            others = likeness.indices[span][likeness.data[span] >= ALIKE]
            found.append(sorted({mine, *(int(other) for other in others if not_apart(reports[mine], reports[other]))}))
    return found


# --- clusters -----------------------------------------------------------------------------------------------------------


def clusters(reports, rule, *, now, rare=None, spent=frozenset()):
    """[Cluster] of the window that ends now, the one with most people first; no report is in two. `spent` ones are not read."""
    window = sorted((report for report in reports if now - rule.span < report.at <= now and report.id not in spent),
                    key=lambda one: (one.at, one.id))
    if people(window) < rule.least:
        return []
    alike_ones = near(window, rare or rarity(reports))
    taken: set = set()
    found = []
    for row in sorted(range(len(window)), key=lambda row: (-people([window[other] for other in alike_ones[row]]), row)):
        members = tuple(window[other] for other in alike_ones[row] if other not in taken)
        if row not in taken and people(members) >= rule.least:
            taken.update(alike_ones[row])
            found.append(Cluster(rule, now, window[row], members))
    return found


def look(reports, live, *, now, rules, spent=frozenset()):
    """([Cluster] nobody was warned of, [(place in `live`, ids that are new to it)]). `live`: sets of ids of the warnings that
    still go on; what shares half of its reports, or of the warning's, with one of them is the same matter. `spent`: ids of
    those that are over: for a new warning new ones have to come."""
    rare, known = rarity(reports), [set(ids) for ids in live]
    fresh, grown = [], []
    for rule in rules:
        for cluster in clusters(reports, rule, now=now, rare=rare, spent=spent):
            place = same_as(cluster.ids, known)
            if place is None:
                known.append(set(cluster.ids))
                fresh.append(cluster)
            elif new := cluster.ids - known[place]:
                known[place] |= new
                if place < len(live):
                    grown.append((place, frozenset(new)))
    return fresh, grown


def same_as(ids, known):
    """The place of the warning that shares most with these ids; None when none shares enough."""
    shared = [(len(ids & other), place) for place, other in enumerate(known)
              if 2 * len(ids & other) >= min(len(ids), len(other)) > 0]
    return max(shared)[1] if shared else None


# --- what is said of one ------------------------------------------------------------------------------------------------


def words_of(cluster, rare):
    """What at least half of its reports say and few others do; a longer one stands for its parts."""
    often = Counter(term for report in cluster.reports for term in report.terms)
    enough = [term for term, count in often.items() if count >= SHARED * len(cluster.reports)]
    best: list = []
    for term in sorted(enough, key=lambda term: (-often[term] * rare[term], term)):
        if not any(term in other for other in best):
            best = [other for other in best if other not in term] + [term]
        if len(best) == WORDS:
            break
    return best


def place_of(cluster):
    """The place that at least half of its people name, or ""."""
    named = Counter({report.who or report.id: report.place for report in cluster.reports if report.place}.values())
    place, count = named.most_common(1)[0] if named else ("", 0)
    return place if count >= SHARED * cluster.people else ""
