"""Who called: the citizen's identity, apart from the case and encrypted, and the ledger of calls."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import privacy
from accounts.privacy import EncryptedTextField
from tickets.choices import Gender


def name_hash(name):
    """One hash a name, however it is spaced; the whole name only: parts of it are nowhere."""
    return privacy.keyed_hash("".join(name.split()).casefold())


class HashOf(models.CharField):
    """The keyed hash of an encrypted field beside it, made anew whenever the row is saved."""

    def __init__(self, source="", made_by=None, **kwargs):
        self.source, self.made_by = source, made_by
        super().__init__(**{"max_length": 64, "blank": True, "default": "", "editable": False} | kwargs)

    def pre_save(self, row, add):
        value = getattr(row, self.source)
        setattr(row, self.attname, self.made_by(value) if value else "")
        return getattr(row, self.attname)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class Caller(models.Model):
    """One citizen as he presented himself for one ticket."""

    name = EncryptedTextField(_("name"), blank=True)
    gender = models.CharField(max_length=8, choices=Gender, default=Gender.UNKNOWN)
    phone = EncryptedTextField(_("phone"), blank=True)
    phone2 = EncryptedTextField(_("second phone"), blank=True)
    beneficiary = EncryptedTextField(_("beneficiary"), blank=True)
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True)
    phone2_hash = HashOf("phone2", privacy.phone_hash)
    name_hash = HashOf("name", name_hash)

    class Meta:
        indexes = [
            models.Index(fields=["phone2_hash"], name="caller_phone2", condition=~Q(phone2_hash="")),
            models.Index(fields=["name_hash"], name="caller_name", condition=~Q(name_hash="")),
        ]


class Disposition(models.TextChoices):
    TICKET = "ticket", _("Became a ticket")
    SILENT = "silent", _("Silent")
    HARASSMENT = "harassment", _("Harassment")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    TEST = "test", _("Test")
    DROPPED = "dropped", _("Dropped")
    OUTGOING = "outgoing", _("Outgoing call")
    UNSETTLED = "unsettled", _("Not settled yet")


NO_MATTER = (Disposition.SILENT, Disposition.HARASSMENT, Disposition.WRONG_NUMBER, Disposition.TEST, Disposition.DROPPED)
A_NUMBER_STAYS = """
    IF NEW.call_no <> OLD.call_no OR OLD.ticket_id IS NOT NULL AND NEW.ticket_id IS DISTINCT FROM OLD.ticket_id
       OR OLD.number_hash <> '' AND NEW.number_hash <> OLD.number_hash THEN
        RAISE EXCEPTION 'call %: what the ledger says stays', OLD.call_no USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


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

    class Meta:
        indexes = [
            models.Index(fields=["operator", "-id"], name="call_operator"),
            models.Index(fields=["started_at"], name="call_started"),
        ]
        triggers = [
            pgtrigger.Protect(name="call_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(name="call_number_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=A_NUMBER_STAYS),
        ]
