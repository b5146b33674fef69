"""Whether a set of limits and ladders can be kept: asked before it becomes a version."""
from django.utils.translation import gettext as _

from tickets.choices import Urgency
from tickets.clocks import Kind
from tickets.profiles.wording import limit_text

BEFORE_CONTACT = (Kind.REVIEW, Kind.DISPATCH, Kind.RECEIPT)  # whose limits must leave time for the response (SPEC 4.1)
AT_ONCE = (Kind.REVIEW, Kind.DISPATCH)  # may be 0: an express dispatch skips them
MINUTES_A_DAY = 1440


def limit_faults(limits):
    """Yield (kind, urgency, sentence) for what cannot be: limits is {kind: {urgency or type: rule}}."""
    for kind, by in limits.items():
        for which, rule in by.items():
            if rule == 0 and kind not in AT_ONCE:
                yield kind, which, _("More than 0.")
    for urgency in Urgency.values:
        rules = [limits.get(kind, {}).get(urgency) for kind in (*BEFORE_CONTACT, Kind.RESPONSE)]
        if None not in rules and not leaves_time(rules[:-1], rules[-1]):
            together = " + ".join(limit_text(rule) for rule in rules[:-1])
            yield Kind.RESPONSE, urgency, _(
                "Review, dispatch and receipt together take %(time)s: no time is left for the contact.") % {"time": together}


def leaves_time(rules, response):
    """Whether all of `rules`, one after the other, end before `response`; a working day counts as 24 hours at least."""
    days, minutes = added(rules)
    most_days, most_minutes = added([response])
    return days <= most_days and minutes < most_minutes + (most_days - days) * MINUTES_A_DAY


def added(rules):
    """(working days, minutes)"""
    return (sum(rule["wd"] for rule in rules if isinstance(rule, dict)), sum(rule for rule in rules if isinstance(rule, int)))


def ladder_fault(rungs, limits):
    """What is wrong with the order of the rungs, for any of the limits that the clock may get; "" when nothing is."""
    names = [rung[0] for rung in rungs]
    if len(set(names)) < len(names):
        return _("Each rung has a name of its own.")
    for rule in limits:
        times = [minutes_after_due(rung[1], rule) for rung in rungs]
        for place in range(1, len(times)):
            if times[place] < times[place - 1]:
                return _("With a limit of %(limit)s, %(later)s comes before %(earlier)s; write them in the order of time.") % {
                    "later": names[place], "earlier": names[place - 1], "limit": limit_text(rule)}
    return ""


def minutes_after_due(when, rule):
    length = rule["wd"] * MINUTES_A_DAY if isinstance(rule, dict) else rule
    return int(when.rstrip("m")) if isinstance(when, str) else (when - 1) * length
