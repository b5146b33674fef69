"""Files of messages: one JSON object a line, with `topic`, `detail` and, where somebody sorted them, `label`."""
import json
from dataclasses import dataclass


class Malformed(Exception):
    """Says which line cannot be read, and why."""


@dataclass(frozen=True)
class Message:
    topic: str
    detail: str
    label: str = ""
    group: str = ""  # messages that say the same have the same one
    id: str = ""
    user: str = ""
    time: str = ""
    votes: int = 0  # readers who agreed or disagreed


def read(file, *, labelled=False):
    """[Message]; a line without text, or without a label where one is needed, is refused."""
    try:
        with open(file, encoding="utf-8") as lines:
            return [message(line, number, labelled) for number, line in enumerate(lines, start=1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{file}: {error}") from error


def message(line, number, labelled):
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Malformed(f"line {number}: {error}") from error
    if not isinstance(row, dict):
        raise Malformed(f"line {number}: not an object")
    said = {name: text_of(row, name) for name in ("topic", "detail", "label", "user", "time")}
    said["detail"] = said["detail"] or text_of(row, "tokens").replace(" ", "")
    if not (said["topic"] or said["detail"]):
        raise Malformed(f"line {number}: neither topic nor detail")
    if labelled and not said["label"]:
        raise Malformed(f"line {number}: no label")
    return Message(**said, group=text_of(row, "dup_group"), id=text_of(row, "message_id") or str(number),
                   votes=sum(count_of(row, name) for name in ("likes", "against")))


def count_of(row, name):
    value = row.get(name)
    return value if isinstance(value, int) and 0 < value < 10**9 else 0


def text_of(row, name):
    value = row.get(name)
    return "" if value is None else str(value)
