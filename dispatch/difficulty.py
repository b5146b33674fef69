"""三级处置 (SPEC E1, E4, E11): how hard a matter is says who of the unit has to lead it.

What a section does at once or on the same day needs nobody else. A composite matter is led, and a hard one coordinated,
by a leader who is named: he signs the reply and hears of everything that a redo brings back.
"""
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.roster import holders_upwards, people
from notices.actions import tell
from tickets.actions import Refused, lock, record_locked
from tickets.choices import Difficulty
from tickets.fields import ChoicesField
from tickets.forms import CaseForm
from tickets.states import State

LED = (Difficulty.COMPOSITE, Difficulty.HARD)
STATES = (State.HANDLING, State.SUSPENDED)
RANK = {level: place for place, level in enumerate(Difficulty.values)}
NAME_ONE = _("Name the leader who takes it.")
NO_LEADER = _("This person leads neither the unit nor one above it.")


def leaders_of(unit):
    """{user id: membership} of leaders of the unit and of those above it, the nearest first."""
    found: dict[int, Membership] = {}
    for row in holders_upwards(Role.UL, unit):
        found.setdefault(row.user_id, row)
    return found


def is_led(ticket):
    return ticket.difficulty in LED


@transaction.atomic
def judge_difficulty(ticket_id, *, by, now, difficulty, reason, leader=None):
    """Raise or lower it. `leader` (a User) is needed for a composite or hard matter and becomes its case owner."""
    ticket = lock(ticket_id, by=by)
    led = difficulty in LED
    if led and leader is None:
        raise Refused(str(NAME_ONE))
    if led and leader.pk not in leaders_of(ticket.lead_unit):
        raise Refused(str(NO_LEADER))
    ticket = record_locked(ticket, "judge_difficulty", by=by, now=now, note=reason, difficulty=difficulty,
                           **({"case_owner": leader} if led else {}))
    if led:
        hear = [leader, *(people("supervisor", unit=None, now=now) if difficulty == Difficulty.HARD else [])]
        tell([person for person in hear if person != by], cause=f"difficulty:{ticket.pk}:{ticket.version}", kind="difficult",
             ticket_no=ticket.ticket_no, params={"leader": leader.display_name}, now=now)
    return ticket


class LeaderField(forms.ModelChoiceField):
    units: dict = {}

    def label_from_instance(self, user):
        return f"{user.display_name} · {self.units[user.pk]}"


def offer_leaders(form):
    """In the form's field `leader`: those of the lead unit and of the units above it."""
    field = form.fields["leader"]
    rows = leaders_of(form.ticket.lead_unit) if form.ticket.lead_unit else {}
    field.units = {pk: row.unit.name for pk, row in rows.items()}
    field.queryset = User.objects.filter(pk__in=rows).order_by("display_name", "pk")


class DifficultyForm(CaseForm):
    difficulty = ChoicesField(label=_("Difficulty"), choices=Difficulty.choices)
    leader = LeaderField(label=_("Leader who takes it"), queryset=User.objects.none(), required=False,
                         to_field_name="username", empty_label=_("nobody: the section handles it"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_leaders(self)

    def start_values(self):
        return {"difficulty": self.ticket.difficulty, "leader": self.ticket.case_owner and self.ticket.case_owner.username}

    def clean_difficulty(self):
        given, held = self.cleaned_data["difficulty"], self.ticket.difficulty
        if held in LED and RANK[given] < RANK[held] and not self.user.has_role(Role.UL, Role.SV):
            raise ValidationError(_("Only a leader of the unit or a supervisor judges it easier again."))
        return given

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("difficulty") in LED and not given.get("leader") and "leader" not in self.errors:
            self.add_error("leader", NAME_ONE)
        return given
