"""Conditions of a transition that carry the sentence shown when they are not met."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Require:
    """A django-fsm condition; `reason` (a lazy translation) tells the user what to do instead."""

    reason: Any
    holds: Callable

    def __call__(self, ticket):
        return bool(self.holds(ticket))
