"""The living style guide: every component in every variant, made by the code that the pages use, from unsaved rows."""
from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import anyone_signed_in
from accounts.faces import Face, face_of
from accounts.instant import machine_now
from accounts.masking import mask_phone, name_for_reader
from accounts.roles import Role
from hotline import guides
from notices.models import Notice
from tickets import consequences, presenters, sla, story, timeline
from tickets.choices import Urgency
from tickets.clocks import Clock, Kind, Status
from tickets.models import Caller, Category, Ticket
from tickets.presenters import Pill
from tickets.redaction import Reading
from tickets.states import State
from tickets.trail import TicketEvent

HOUR = 3600
TONES = ("", "blue", "green", "yellow", "orange", "red", "purple", "dark")


class SampleFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Ticket no. or title"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=State.choices, required=False)
    day = forms.DateField(label=gettext_lazy("Day"), required=False)


class SampleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("At most 30 characters."))
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 2}))
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=Urgency.choices)
    agreed = forms.BooleanField(label=gettext_lazy("The citizen was told by when"))


@anyone_signed_in
@require_safe
def page(request):
    now = machine_now()
    return render(request, "hotline/styleguide.html", {
        "states": [presenters.state_pill(Ticket(state=state)) for state in State],
        "tones": [Pill(tone or "–", tone) for tone in TONES],
        "marks": marks(),
        "clocks": clocks(now),
        "people": people(request.user),
        "moments": moments(request.user, now),
        "filters": SampleFilter({"q": "停水", "day": "31.02"}),
        "form": SampleForm({"urgency": Urgency.URGENT}, auto_id="sample-%s"),
        "toasts": toasts(),
        "guides": list(guides.GUIDES.values()),
        "columns": (_("Name"), _("Role"), _("Unit")),
        "consequence": consequences.CONSEQUENCES["force_close"],
    })


def marks():
    """Everything that a ticket can be marked with, on one ticket."""
    most = Ticket(urgency=Urgency.CRITICAL, category=Category(code="100401"), repeat_count=3, reporter_count=12, redo_round=1,
                  key_supervision=True, is_confidential=True)
    return [*presenters.pills_of(most), *presenters.pills_of(Ticket(urgency=Urgency.URGENT))]


def clocks(now):
    """A running clock in each light, one of working days, and each way in which a clock stands still or ends."""
    def clock(kind, left, length, **more):
        due = now + timedelta(seconds=left)
        return Clock(**{"kind": kind, "round": 1, "rule": 1, "started_at": due - timedelta(seconds=length), "due_at": due,
                        "length": length, "status": Status.RUNNING} | more)

    met = {"status": Status.MET, "stopped_at": now - timedelta(seconds=HOUR)}
    rows = [
        clock(Kind.RESPONSE, 1.9 * HOUR, 2 * HOUR),
        clock(Kind.RECEIPT, 0.2 * HOUR, HOUR),
        clock(Kind.DISPATCH, 0.04 * HOUR, 0.5 * HOUR),
        clock(Kind.REVIEW, -1.5 * HOUR, 0.25 * HOUR),
        clock(Kind.COMPLETION, 75 * HOUR, 120 * HOUR, rule={"wd": 5}),
        clock(Kind.SUPERVISION, 9 * HOUR, 72 * HOUR, rule={"wd": 3}),
        clock(Kind.COMPLETION, 20 * HOUR, 24 * HOUR, status=Status.PAUSED),
        clock(Kind.COMPLETION, 20 * HOUR, 24 * HOUR, status=Status.HELD, stopped_at=now),
        clock(Kind.RESPONSE, 0.5 * HOUR, 2 * HOUR, **met),
        clock(Kind.RESPONSE, -3 * HOUR, 2 * HOUR, **met),
        clock(Kind.RESPONSE, 0.5 * HOUR, 2 * HOUR, attempted=True, **met),
        clock(Kind.RECEIPT, 0.5 * HOUR, HOUR, status=Status.VOID, stopped_at=now),
        clock(Kind.RETURN_WINDOW, -HOUR, 4 * HOUR),
    ]
    return [presenters.chip_of(row, now, sla.calendar_shown()) for row in rows]


def people(user):
    """A colleague, and one citizen as different readers see him."""
    return [
        face_of(user, phone=mask_phone("13812345678")),
        Face("欧阳建国", role=_("Citizen"), phone="13812345678"),
        Face(name_for_reader("欧阳建国", "male"), role=_("Citizen"), phone=mask_phone("0513-85001234")),
        Face(_("The citizen asked for confidentiality"), role=_("Citizen")),
    ]


def moments(user, now):
    """What somebody did, who was told, and both ends of a deadline."""
    before, ticket = now - timedelta(hours=3), Ticket(caller=Caller())
    event = TicketEvent(name="dispatch", at=before, by=user, note=_("Please act quickly."), data={})
    entry = story.told(event, Reading(ticket, user), [(Role.DP.label, "区住房和城乡建设局")], {})
    notice = Notice(kind="dispatched", recipient=user, created_at=before)
    response = Clock(kind=Kind.RESPONSE, status=Status.RUNNING, rule=120, started_at=before, due_at=now - timedelta(hours=1),
                     length=2 * HOUR)
    rows = [timeline.acted(entry), timeline.said(before, False, [notice]), *timeline.turns_of(response, now)]
    return sorted(rows, key=lambda moment: moment.at, reverse=True)


def toasts():
    """As the messages framework hands them to base.html."""
    return [
        SimpleNamespace(level_tag="success", message=_("%(step)s: done.") % {"step": _("Dispatch")}, extra_tags="/"),
        SimpleNamespace(level_tag="info", message=_("Acknowledged."), extra_tags=""),
        SimpleNamespace(level_tag="warning", message=_("Your proposal waits for a second person."), extra_tags=""),
        SimpleNamespace(level_tag="danger", message=_("This step is not possible now, or it is not yours."), extra_tags=""),
    ]
