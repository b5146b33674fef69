"""Who sees which tickets: the only place that says so (SPEC 5.2, 5.3)."""
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Role
from tickets.states import DONE, FINAL, OPEN, State

SEE_ALL = (Role.RV, Role.DP, Role.SV, Role.ZH, Role.DL, Role.QL, Role.AU)
READERS = tuple(role for role in Role if role not in (Role.AD, Role.KE))  # who has tickets to read at all
CALLBACK_STAGE = (State.PENDING_CALLBACK, State.ADJUDICATION)


class TicketQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Deny by default: each role adds what it may see; AD and KE add nothing."""
        if user.is_system or user.has_role(*SEE_ALL):
            return self
        seen = Q(pk__in=[])
        if user.has_role(Role.OP):
            seen |= Q(registered_by=user) | self._same_caller(user)
        if user.has_role(Role.OP, Role.OPS):
            seen |= self._recognised_by(user)
        if user.has_role(Role.OPS):
            seen |= Q(registered_team__in=user.unit_scope(Role.OPS))
        if user.has_role(Role.LI, Role.UL):
            seen |= Q(unit_ids__overlap=user.unit_scope(Role.LI, Role.UL))
        if user.has_role(Role.HD):
            mine = Q(handler_ids=[]) | Q(handler_ids__contains=[user.pk])
            seen |= Q(unit_ids__overlap=user.unit_ids(Role.HD)) & mine
        if user.has_role(Role.CB):
            seen |= Q(state__in=CALLBACK_STAGE) | self._touched_by(user) | self._to_be_called_again()
        if user.has_role(Role.QI):
            seen |= Q(state__in=(State.CLOSED, State.ARCHIVED))
        return self.filter(seen)

    def _same_caller(self, user):
        mine = self.model.objects.filter(registered_by=user, phone_hash=OuterRef("phone_hash"))  # type: ignore[attr-defined]
        return ~Q(phone_hash="") & Q(Exists(mine))

    def _recognised_by(self, user):
        """He took a call for the matter of somebody else's ticket: tickets.similar."""
        recognitions = self.model.recognitions.rel.related_model.objects  # type: ignore[attr-defined]
        return Q(pk__in=recognitions.filter(by=user).values("ticket"), is_confidential=False)

    def _touched_by(self, user):
        events = self.model.events.rel.related_model.objects  # type: ignore[attr-defined]
        return Q(Exists(events.filter(ticket=OuterRef("pk"), by=user)))

    def _to_be_called_again(self):
        """Closed, and the citizen is asked once more because of an appeal."""
        tasks = self.model.callback_tasks.rel.related_model.objects  # type: ignore[attr-defined]
        return Q(pk__in=tasks.filter(kind="re_callback", outcome="").values("ticket"))

    def open(self):
        return self.filter(state__in=OPEN)

    def done(self):
        return self.filter(state__in=DONE)

    def final(self):
        return self.filter(state__in=FINAL)

    def for_list(self):
        return self.select_related("category", "lead_unit", "area", "caller", "registered_by")
