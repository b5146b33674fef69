"""Messages that nobody accepts in time go up the ladder of acceptance, as clocks do: each rung once, to who is on duty."""
from django.db import transaction

from accounts.roster import people
from notices.actions import tell
from tickets.channels import arrival
from tickets.channels.models import Message
from tickets.choices import Channel
from tickets.clocks import Kind
from tickets.steps import msgid_of

BATCH = 100


@transaction.atomic
def tell_late(*, now):
    """Whoever looks tells; after a pause only the highest rung that is reached. Returns how many went up."""
    due = Message.objects.filter(next_fire_at__lte=now).select_related("profile")
    rows = list(due.select_for_update(of=("self",), skip_locked=True).order_by("next_fire_at", "pk")[:BATCH])
    for message in rows:
        go_up(message, now)
    return len(rows)


def go_up(message, now):
    ladder = message.profile.ladder(Kind.ACCEPT)
    while message.level < len(ladder) and arrival.fire_at(message, ladder[message.level]) <= now:
        message.level += 1
    name, _when, whom = ladder[message.level - 1]
    recipients = [person for key in whom for person in people(key, unit=None, now=now)]
    tell(recipients, cause=f"message_late:{message.pk}:{name}", kind="message_late", now=now,
         params={"due": message.due_at.isoformat(), "what": msgid_of(Channel(message.channel).label), "rung": name})
    arrival.plan_fire(message)
    message.save(update_fields=["level", "next_fire_at"])
