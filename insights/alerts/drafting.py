"""Words to begin with: of a briefing and of a memo, out of the figures of a warning and the state of its tickets."""
from collections import Counter

from django.utils.translation import gettext as _

from tickets.presenters import short
from tickets.states import State

NAMED = 5  # units


def where(alert):
    area = alert.area.name if alert.area else _("the whole district")
    return f"{area} · {alert.place}" if alert.place else area


def what(alert):
    """The matter in the words of the tree, else in those that the reports share."""
    return alert.matter or " ".join(alert.words) or alert.get_kind_display()


def span(alert):
    minutes = max(1, round((alert.until - alert.since).total_seconds() / 60))
    if minutes <= 120:
        return _("%(n)d minutes") % {"n": minutes}
    if minutes <= 48 * 60:
        return _("%(n)d hours") % {"n": round(minutes / 60)}
    return _("%(n)d days") % {"n": round(minutes / (24 * 60))}


def growth(alert):
    """In per cent of the larger of both figures that it is compared with; None where there was nothing."""
    usual = max(alert.before or 0, alert.weekday or 0)
    return round(100 * (alert.count - usual) / usual) if usual else None


def found(alert):
    """(reports, people) that it was warned of, without those that were left out since."""
    first = alert.links.filter(at=alert.at)
    if not first.filter(is_out=True).exists():
        return alert.count, alert.people
    rest = list(first.filter(is_out=False).values_list("ticket", "ticket__phone_hash"))
    return len(rest), len({who or pk for pk, who in rest})


def first_sentence(alert, reports, reporters):
    return _("%(count)d reports of %(people)d people within %(span)s about %(what)s, %(where)s.") % {
        "count": reports, "people": reporters, "span": span(alert), "what": what(alert), "where": where(alert)}


def briefing(alert, states, units, counted):
    """`states`: {state: tickets now}; `units`: names of those that lead them, one for each ticket; `counted`: see found()."""
    parts = [_("As of %(at)s.") % {"at": short(alert.until)}, first_sentence(alert, *counted)]
    if alert.before is not None:
        parts.append(_("In the window before there were %(before)d, at the same time seven days ago %(weekday)d.") % {
            "before": alert.before, "weekday": alert.weekday})
    if alert.words:
        parts.append(_("What most of them say: %(words)s.") % {"words": ", ".join(alert.words)})
    said = ", ".join(f"{State(state).label} {many}" for state, many in sorted(states.items()))
    parts.append(_("Tickets by now: %(total)d (%(states)s).") % {"total": sum(states.values()), "states": said or "–"})
    if names := [name for name, _many in Counter(units).most_common(NAMED)]:
        parts.append(_("Units that lead them: %(units)s.") % {"units": ", ".join(names)})
    parts.append(_("Proposed: one unit verifies it at once and answers all who reported it together."))
    return "\n".join(parts)


def memo(alert, counted):
    return _("Citizens reported to the hotline: %(what)s (%(where)s), %(count)d reports within %(span)s.\n"
             "Please examine the cause, say what is done so that it does not come back, and by when.") % {
        "what": what(alert), "where": where(alert), "count": counted[0], "span": span(alert)}
