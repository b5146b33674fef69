"""Which desk belongs to whom, in the order of the top bar; the first one of a user is his home."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import UNIT_ROLES, Role
from dispatch import boards
from dispatch.rulebook import views as rulebook
from followup.boards import APPEALS, CALLBACKS, FOLLOW_UPS, LAYERS, OF_UNIT
from followup.sampling import drawing as sampling
from followup.tracking.following import READERS as TRACKERS
from insights import responsibility
from insights.alerts import acts as alerts
from insights.boards import board
from insights.callback_rates import views as callback_rates
from insights.figures import forms as figures
from insights.memos import acts as memos
from insights.published import views as published
from insights.ranking import acts as ranking
from insights.reports import acts as reports
from knowledge.who import EDITORS
from knowledge.who import READERS as KNOWLEDGE_READERS
from suggesting import themes
from tickets import queues
from tickets.channels.handling import TAKING_IN as TAKING_MESSAGES
from tickets.profiles import views as profiles
from tickets.saying import views as saying
from tickets.scope import READERS
from tickets.similar import notes as caller_notes
from tickets.taking.views import TAKING_IN
from tickets.telephony.views import READERS as CALL_READERS

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
    (_("Incoming messages"), "tickets:messages", TAKING_MESSAGES),
    (_("Knowledge desk"), "knowledge:desk", EDITORS),
    (_("Knowledge"), "knowledge:list", KNOWLEDGE_READERS),
    (_("Callers to heed"), "tickets:caller-notes", caller_notes.KEEPERS),
    (_("What to say"), "tickets:scripts", saying.WRITERS),
    (_("Questions of categories"), "tickets:questions", saying.WRITERS),
    (_("Kept texts"), "tickets:snippets", saying.KEEPERS),
    (_("People"), "people", (Role.AD,)),
    (_("Duty roster"), "roster", (Role.AD, Role.OPS, Role.DL)),
    (_("Limits"), "tickets:profiles", profiles.READERS),
    (_("Routing rules"), "dispatch:routing", rulebook.READERS),
    (_("Holidays"), "tickets:calendar", profiles.READERS),
    (_("Reply presets"), "dispatch:presets", UNIT_ROLES),
    (_("Tracking list"), "followup:tracking", TRACKERS),
    (_("Ledger of calls"), "tickets:calls", CALL_READERS),
    (_("Situation board"), "insights:board", board.READERS),
    (_("Wall"), "insights:wall", board.READERS),
    (_("Early warning"), "insights:alerts", alerts.READERS),
    (_("Memos to units"), "insights:memos", memos.READERS),
    (_("Responsibility"), "insights:responsibility", responsibility.READERS),
    (_("Sample of unreachable callbacks"), "followup:sampling", sampling.READERS),
    (_("Figures"), "insights:figures", figures.READERS),
    (_("Ranking"), "insights:ranking", ranking.READERS),
    (pgettext_lazy("paper", "Reports"), "insights:reports", reports.READERS),
    (_("Callback figures"), "insights:callback-figures", callback_rates.READERS),
    (_("My files"), "tickets:exports", READERS),
    (_("Hot topics"), "suggesting:topics", themes.READERS),
    (_("Suggestions"), "suggesting:quality", themes.READERS),
    (_("Published figures"), "insights:published", published.READERS),
    (_("Audit log"), "insights:audit-log", (Role.AU,)),
)
# where those begin their day who have no desk
HOMES = {Role.AU: "insights:audit-log", Role.AD: "people", Role.KE: "knowledge:desk"}


def of(user):
    return [desk for desk in DESKS if user.has_role(*desk.roles)]


def reads_tickets(user):
    return user.has_role(*READERS)
