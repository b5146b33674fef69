"""Words that may mean danger (SPEC 4.2): said aloud beside the form, so that a person looks; the urgency stays as it is."""
import re
from dataclasses import dataclass

from tickets.choices import Urgency

LIFE = ("血透", "透析", "临产", "大出血", "昏迷", "胸痛", "困人", "被困", "漏气", "触电", "坍塌", "溺水", "自杀", "轻生",
        "跳楼", "中毒", "着火", "起火", "失火", "火灾", "燃气泄漏", "爆炸")
GROWING = ("断药", "高烧", "燃气", "塌陷", "井盖", "电线", "掉落", "走失", "断水断电", "火")
ALONE = re.compile(r"火(?![车锅炬腿箭热爆化葬龙柴候])(?<![红灭防炬]火)")  # a fire, not a train
UNLIKE = {"电线": re.compile(r"电线(?!上网|路改造)"), "火": ALONE, "被困": re.compile(r"被困(?!扰|惑)")}


@dataclass(frozen=True)
class Warning:
    urgency: Urgency
    words: tuple[str, ...]


def of(text):
    """The Warning of a text, the gravest first; None where no such word stands in it."""
    for urgency, words in ((Urgency.CRITICAL, LIFE), (Urgency.URGENT, GROWING)):
        found = tuple(word for word in words if (UNLIKE[word].search(text) if word in UNLIKE else word in text))
        if found:
            return Warning(urgency, found)
    return None
