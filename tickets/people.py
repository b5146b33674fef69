"""Who called: the citizen's identity, apart from the case and encrypted, and the ledger of calls."""
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.privacy import EncryptedTextField
from tickets.choices import Gender


class Caller(models.Model):
    """One citizen as he presented himself for one ticket."""

    name = EncryptedTextField(_("name"), blank=True)
    gender = models.CharField(max_length=8, choices=Gender, default=Gender.UNKNOWN)
    phone = EncryptedTextField(_("phone"), blank=True)
    phone2 = EncryptedTextField(_("second phone"), blank=True)
    beneficiary = EncryptedTextField(_("beneficiary"), blank=True)
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True)


class Disposition(models.TextChoices):
    TICKET = "ticket", _("Became a ticket")
    SILENT = "silent", _("Silent")
    HARASSMENT = "harassment", _("Harassment")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    TEST = "test", _("Test")
    DROPPED = "dropped", _("Dropped")


class Call(models.Model):
    """台账: every call has its gapless number, whether it became a ticket or not (SPEC B26)."""

    call_no = models.CharField(max_length=16, unique=True)
    hotline_code = models.CharField(max_length=8, default="12345")
    caller_number = EncryptedTextField(blank=True)
    number_hash = models.CharField(max_length=64, blank=True, db_index=True)
    operator = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(max_length=12, choices=Disposition, default=Disposition.TICKET)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, blank=True, related_name="calls")
    note = models.TextField(blank=True)
