"""The published reports that this product holds its arithmetic against (SPEC 1.6), as a checked table."""
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from insights.published.arithmetic import Mean, Share, Sum

DATA = Path(__file__).with_name("reports.json")


@dataclass(frozen=True)
class Report:
    title: str
    source: str
    figures: tuple
    note: str = ""


@cache
def known():
    return [_report(row) for row in json.loads(DATA.read_text(encoding="utf-8"))]


def _report(row):
    sums = [Sum(one["label"], one["whole"], tuple((name, n) for name, n in one["parts"])) for one in row.get("sums", ())]
    shares = [Share(**one) for one in row.get("shares", ())]
    means = [Mean(**one) for one in row.get("means", ())]
    return Report(row["title"], row["source"], (*sums, *shares, *means), row.get("note", ""))
