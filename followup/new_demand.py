"""What a citizen wants besides, when he is called back, becomes a draft of the operators.

A callback agent reads what was taken in and takes nothing in himself (SPEC 5.2). So he writes down the citizen's words
beside the answers; the draft carries them with the caller, his numbers and the place, and a shift leader of the team that
took the first matter in completes and submits it like any other draft. Both tickets name each other.
"""
from accounts.models import Membership
from accounts.roles import Role
from accounts.roster import holders_upwards
from notices.actions import tell
from tickets import intake
from tickets.choices import Channel
from tickets.forms import known_values
from tickets.models import Ticket

SAME = ("caller_name", "caller_gender", "contact_phone", "contact_phone2", "beneficiary", "subject_type", "is_confidential",
        "area", "address")


def draft(task, words, *, by, now, channel=Channel.PHONE):
    """The draft for what this reporter said; his own ticket, where it was merged into another, says who and where he is."""
    own = Ticket.objects.select_related("caller", "area", "registered_team").filter(caller=task.caller).first() or task.ticket
    known, (team, leaders) = known_values(own), keepers(own.registered_team)
    fresh, _created = intake.register(by=by, now=now, again=own, team=team, channel=channel, content=words, need_reply=True,
                                      **{name: known[name] for name in SAME})
    tell(leaders, cause=f"new_demand:{task.pk}", kind="new_demand", ticket_no=fresh.ticket_no, now=now)
    return fresh


def keepers(team):
    """(team, its shift leaders or those above it); where there are none, any team that has one: nobody may lose a draft."""
    rows = holders_upwards(Role.OPS, team) if team else []
    if not rows:
        others = Membership.objects.filter(role=Role.OPS, user__is_active=True).select_related("user", "unit")
        rows = list(others.order_by("unit__path", "user_id"))
        team = rows[0].unit if rows else team
    return team, [row.user for row in rows if row.unit_id == rows[0].unit_id]
