"""Whether the classifier and the hot topics meet their figures on a file of real messages.

    .venv/bin/python -m bench.classify FILE.jsonl [--also MORE.jsonl] [--hot MESSAGES.jsonl] [--expect 滨河苑 58车贷]

Five turns by group: each message is judged by a model that was trained without it and without those that say the same
(`dup_group`). The folds are made of the sizes of the groups alone and are the same in every run. `--also`: labelled messages
that are only trained with; those of a group that is judged are left out. Times are from text to answer, one message after the
other, and measured in turns with the least that a reading of the text can cost: cutting it into words.

`--hot`: the themes of another file. Each of `--expect` has to be among the first themes, and most of the messages that name it
in their title in one theme. Exit code 1 when a figure is missed.
"""
import argparse
import sys
import time
from pathlib import Path

MACRO_F1, TOP3, SLOWEST = 0.925, 0.99, 20.0  # ms, of 95 in 100
AMONG, TOGETHER = 5, 0.8  # first themes; share of the messages that name it
EXPECTED = ("滨河苑", "58车贷")


def line(name, value, limit, *, most=False):
    """Prints a figure beside its limit; whether it is kept."""
    kept = value <= limit if most else value >= limit
    said = "ok" if kept else "TOO SLOW" if most else "TOO LOW"
    print(f"{name:<28}{value:>10.4f}{limit:>10.4f}{value / limit:>10.3f}  {said}", flush=True)
    return kept


def classifier(file, also):
    from suggesting import evaluating, messages

    found = messages.read(file, labelled=True)
    more = [each for source in also for each in messages.read(source, labelled=True)]
    begun = time.perf_counter()
    said = evaluating.in_turns(found, more, tell=lambda turn: print(f"turn {turn} of {evaluating.FOLDS}", flush=True))
    groups = len({each.group or number for number, each in enumerate(found)})
    labels, span = len({each.label for each in found}), time.perf_counter() - begun
    print(f"{said.n} messages in {groups} groups, {labels} labels, {len(more)} more to train with; {span:.0f} s")
    print(f"{'':<28}{'figure':>10}{'limit':>10}{'ratio':>10}")
    kept = [line("macro-F1", said.macro_f1, MACRO_F1), line("top 3", said.top3, TOP3),
            line("p95, ms a message", said.p95_ms, SLOWEST, most=True)]
    print(f"accuracy {said.accuracy:.4f}; cutting the text into words alone takes {cutting(found):.2f} ms at p95")
    return all(kept)


def cutting(found):
    """ms, of 95 in 100 messages."""
    import numpy as np
    import rjieba

    took = []
    for each in found[:1000]:
        begun = time.perf_counter()
        rjieba.cut(f"{each.topic}。{each.detail}")
        took.append((time.perf_counter() - begun) * 1000)
    return float(np.percentile(took, 95))


def hot_topics(file, expected):
    from suggesting import hot, messages

    found = messages.read(file)
    begun = time.perf_counter()
    themes = hot.themes(found)
    print(f"\n{len(found)} messages, {len(themes)} themes in {time.perf_counter() - begun:.1f} s")
    for rank, theme in enumerate(themes[:2 * AMONG], start=1):
        print(f"{rank:>3} n {theme.n:>3} users {theme.users:>3}  {' '.join(theme.words)}  ({theme.title})")
    by_id = {each.id: each for each in found}
    kept = [place_of(name, themes, by_id) for name in expected]
    return all(kept)


def place_of(name, themes, by_id):
    naming = {number for number, each in by_id.items() if name in each.topic}
    if not naming or not themes:
        print(f"{name}: not there  TOO LOW")
        return False
    rank, theme = max(enumerate(themes, start=1), key=lambda row: (len(naming & set(row[1].ids)), -row[0]))
    most = len(naming & set(theme.ids))
    is_named = any(name in words for words in (*theme.words, theme.title))
    kept = rank <= AMONG and most / len(naming) >= TOGETHER and is_named
    print(f"{name}: rank {rank} (limit {AMONG}), {most} of {len(naming)} messages together ({most / len(naming):.2f}, limit "
          f"{TOGETHER}), {'' if is_named else 'NOT '}named in its words  {'ok' if kept else 'TOO LOW'}")
    return kept


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path, help="labelled messages, a JSON object a line: topic, detail, label, dup_group")
    options.add_argument("--also", type=Path, action="append", default=[])
    options.add_argument("--hot", type=Path)
    options.add_argument("--expect", nargs="+", default=EXPECTED)
    chosen = options.parse_args()
    kept = [classifier(chosen.file, chosen.also)]
    if chosen.hot:
        kept.append(hot_topics(chosen.hot, chosen.expect))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
