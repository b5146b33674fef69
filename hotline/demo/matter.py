"""One kind of call: what the citizen says and what comes of it, as templates for the words of a place."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Matter:
    category: str
    type: str
    title: str
    content: str
    demand: str
    target: str
    reply: str
    mistaken: tuple[str, ...] = ()  # units that a dispatcher might take it for
    hotline: str = "12345"
    villages_only: bool = False
    target_unit: str = ""  # government unit that a confidential report is about


@dataclass(frozen=True)
class Question:
    """What the operator answers on the line."""

    category: str
    type: str
    title: str
    content: str
    answer: str
    hotline: str = "12345"


@dataclass(frozen=True)
class Misdirected:
    """A call that belongs elsewhere: transferred to `agency`, or refused for `reason` and guided there."""

    category: str
    title: str
    content: str
    agency: str
    reason: str = ""  # code of the refusal; "" for a transfer
    type: str = "help"
    urgency: str = "normal"
    demand: str = "希望热线帮助处理"
