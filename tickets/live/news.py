"""What others did to a ticket while somebody had it open, in the sentences of its story."""
from dataclasses import dataclass

from tickets import story
from tickets.redaction import Reading

MOST = 5


@dataclass(frozen=True)
class News:
    entries: list  # of the story, the newest first
    more: int  # how many older ones are not named


def news_of(ticket, user, since):
    """The events after version `since` that this user did not cause; None when there are none."""
    fresh = ticket.events.filter(seq__gt=since).exclude(by=user).select_related("by").order_by("-seq")
    events = list(fresh[:MOST])
    if not events:
        return None
    reading, units = Reading(ticket, user), {}
    for chapter in story.chapters_of(ticket, user, reading):
        units |= chapter.units
    more = fresh.count() - MOST if len(events) == MOST else 0
    return News([story.told(event, reading, [], units) for event in events], more)
