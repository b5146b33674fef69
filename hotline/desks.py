"""Which desk belongs to whom, in the order of the top bar; the first one of a user is his home."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import UNIT_ROLES, Role
from dispatch import boards, wall
from dispatch.rulebook import views as rulebook
from followup.boards import APPEALS, CALLBACKS, FOLLOW_UPS, LAYERS, OF_UNIT
from followup.sampling import drawing as sampling
from followup.tracking.following import READERS as TRACKERS
from insights import responsibility
from insights.callback_rates import views as callback_rates
from tickets import queues
from tickets.profiles import views as profiles
from tickets.scope import READERS
from tickets.views import TAKING_IN

DESKS = (
    boards.DUTY,
    boards.SUPERVISION,
    boards.COORDINATION,
    queues.REVIEW,
    boards.DISPATCH,
    CALLBACKS,
    queues.FLOOR,
    queues.MINE,
    boards.INBOX,
    boards.UNIT_BOARD,
    queues.LEADER,
    queues.QUALITY,
    LAYERS,
    APPEALS,
    OF_UNIT,
    FOLLOW_UPS,
)

# (label, address, roles) of the pages that are no work lists
OTHERS = (
    (_("New call"), "tickets:new", TAKING_IN),
    (_("People"), "people", (Role.AD,)),
    (_("Duty roster"), "roster", (Role.AD, Role.OPS, Role.DL)),
    (_("Limits"), "tickets:profiles", profiles.READERS),
    (_("Routing rules"), "dispatch:routing", rulebook.READERS),
    (_("Holidays"), "tickets:calendar", profiles.READERS),
    (_("Reply presets"), "dispatch:presets", UNIT_ROLES),
    (_("Tracking list"), "followup:tracking", TRACKERS),
    (_("Wall"), "dispatch:wall", wall.READERS),
    (_("Responsibility"), "insights:responsibility", responsibility.READERS),
    (_("Sample of unreachable callbacks"), "followup:sampling", sampling.READERS),
    (_("Callback figures"), "insights:callback-figures", callback_rates.READERS),
    (_("Audit log"), "insights:audit-log", (Role.AU,)),
)
HOMES = {Role.AU: "insights:audit-log", Role.AD: "people"}  # where those begin their day who have no desk


def of(user):
    return [desk for desk in DESKS if user.has_role(*desk.roles)]


def reads_tickets(user):
    return user.has_role(*READERS)
