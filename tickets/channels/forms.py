"""What is written down of a message: by hand, by a program; and what is said when it becomes no ticket of its own."""
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.channels.models import LONGEST_REFERENCE, LONGEST_SUBJECT, NoMatter
from tickets.choices import Channel, Urgency
from tickets.fields import IN_FUTURE, MomentField, PhoneField, TextField
from tickets.numbers import new_salt

WRITTEN = [(channel.value, channel.label) for channel in Channel if channel != Channel.PHONE]
ON_PAPER = [(channel.value, channel.label) for channel in (Channel.LETTER, Channel.VISIT, Channel.MEDIA, Channel.SUPERIOR,
                                                          Channel.TRANSFER_110)]
LONGEST_TYPED = 10_000  # characters; a request of the API holds no more
MOST_FILES, LONGEST_FILE_NAME = 30, 100
OLDEST = timedelta(days=366)


class MessageForm(forms.Form):
    """One message of any channel but the phone. Its number at the source makes sure that it comes in once."""

    channel = forms.ChoiceField(label=_("Channel"), choices=WRITTEN)
    source_ref = forms.CharField(label=_("Number at the source"), max_length=LONGEST_REFERENCE)
    sender = forms.CharField(label=_("Name"), max_length=60, required=False)
    phone = PhoneField(label=_("Contact phone"), required=False, callback=False)
    address = forms.CharField(label=_("Address or account of the sender"), max_length=254, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT, required=False)
    body = TextField(label=_("What it says"), max_length=LONGEST_TYPED, rows=8)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=[("", "—"), *Urgency.choices], required=False)
    written_at = MomentField(label=_("Written at"), required=False)
    received_at = MomentField(label=_("Received at"), required=False)
    answer_by = MomentField(label=_("To be answered by, says the source"), required=False)

    def __init__(self, *args, now, **kwargs):
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_source_ref(self):
        number = self.cleaned_data["source_ref"]
        if not number.isprintable():
            raise ValidationError(_("This contains characters that are no text."))
        return number

    def clean_received_at(self):
        moment = self.cleaned_data["received_at"]
        if moment and moment > self.now + IN_FUTURE:
            raise ValidationError(_("This is in the future."))
        if moment and moment < self.now - OLDEST:
            raise ValidationError(_("This is more than a year ago."))
        return moment

    def clean(self):
        super().clean()
        given: dict[str, Any] = self.cleaned_data
        given["urgency"] = given.get("urgency") or Urgency.NORMAL
        return given


class ProgramForm(MessageForm):
    """As the API takes it: names of the files with what they are known by; the files stay at the source."""

    attachments = forms.JSONField(label=_("Files: name and SHA-256"), required=False)

    def clean_attachments(self):
        files = self.cleaned_data["attachments"] or {}
        if not isinstance(files, dict) or len(files) > MOST_FILES or not all(
                name and len(name) <= LONGEST_FILE_NAME and isinstance(known_by, str) and len(known_by) <= 64
                for name, known_by in files.items()):
            raise ValidationError(_("Files are pairs of a name and a SHA-256, at most 30."))
        return [{"name": name, "size": None, "sha256": known_by} for name, known_by in files.items()]


class PaperForm(MessageForm):
    """What came on paper or over the counter, typed in. Without a number of its own it gets one from the form's key, so
    that a form that is sent twice is one letter."""

    channel = forms.ChoiceField(label=_("Channel"), choices=ON_PAPER)
    source_ref = forms.CharField(label=_("Number at the source"), max_length=LONGEST_REFERENCE, required=False, help_text=_(
        "Left empty, it gets one of ours."))
    key = forms.RegexField(r"^[0-9a-f]{16}\Z", widget=forms.HiddenInput())

    field_order = ["channel", "source_ref", "received_at", "answer_by", "urgency", "sender", "phone", "address", "written_at",
                   "subject", "body"]

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, now=now, auto_id="paper-%s", **kwargs)
        self.initial.setdefault("key", new_salt())
        self.initial.setdefault("received_at", timezone.localtime(now))
        self.fields["received_at"].required = True

    def clean(self):
        given = super().clean()
        key, received = given.pop("key", ""), given.get("received_at")
        if key and received and not given.get("source_ref") and "source_ref" not in self.errors:
            given["source_ref"] = f"{timezone.localtime(received):%Y%m%d}-{key[:8]}"
        return given


class JoinForm(forms.Form):
    ticket_no = forms.RegexField(r"^[0-9]{1,16}\Z", label=_("Ticket no."))
    text = TextField(label=_("What is new"), max_length=1000, required=False, rows=2, help_text=_(
        "Left empty, the words of the message are added."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="join-%s", prefix="join", **kwargs)
        self.fields["ticket_no"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}


class NoMatterForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why it is none"), choices=NoMatter.choices)
    ticket_no = forms.RegexField(r"^[0-9]{1,16}\Z", label=_("Ticket no."), required=False, help_text=_(
        "Of what is in a ticket already"))
    note = forms.CharField(label=_("Note for colleagues"), max_length=500, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="none-%s", prefix="none", **kwargs)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("reason") == NoMatter.DUPLICATE and not given.get("ticket_no") and "ticket_no" not in self.errors:
            self.add_error("ticket_no", _("Say which ticket it is the same as."))
        return given

