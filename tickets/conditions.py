"""Conditions of a transition that carry the sentence shown when they are not met."""


def require(reason, holds):
    """Make a django-fsm condition from `holds(ticket)`; `reason` tells the user what to do instead."""

    def condition(ticket):
        return bool(holds(ticket))

    condition.reason = reason
    return condition
