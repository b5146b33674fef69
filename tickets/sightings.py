"""Who has read a ticket, when and how (SPEC 5.3): a row for each time its content left the server, before it does.

Nobody changes or deletes a row. A list shows no content; a list that is taken away as a file is one, for each ticket.
"""
from types import SimpleNamespace

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import many_rows
from accounts.roles import Role

WATCHERS = (Role.SV, Role.AU)  # may ask who has read a ticket


class Sighting(models.Model):
    class How(models.TextChoices):
        PAGE = "page", _("Page")
        API = "api", _("API")
        FILE = "file", _("File")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="sightings")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    how = models.CharField(max_length=4, choices=How)
    in_full = models.BooleanField(default=False)  # the citizen's name and phone were not masked

    class Meta:
        triggers = [pgtrigger.Protect(name="sighting_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


def note(ticket, user, *, how, now, in_full=False):
    Sighting.objects.create(ticket=ticket, user=user, at=now, how=how, in_full=in_full)


def note_several(tickets, user, *, how, now, in_full=()):
    """A row for each of them; of those `in_full` the phone was not masked."""
    full = {ticket.pk for ticket in in_full}
    many_rows.insert(Sighting, [  # not the model itself: of a long file's rows it takes a tenth of the time
        SimpleNamespace(ticket_id=one.pk, user_id=user.pk, at=now, how=how, in_full=one.pk in full) for one in tickets])
