"""The file that is uploaded, and the preview that comes back."""
import json
import secrets
from dataclasses import astuple

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dispatch.feedback import files, lines
from dispatch.feedback.taking import KEPT_FOR

SALT = "stage feedback"


class FileForm(forms.Form):
    file = forms.FileField(label=_("Excel file (.xlsx)"), help_text=_(
        "With the columns “Ticket no.” and “Stage feedback”; at most 500 lines and 2 MB. You see first what would happen."))
    leave_out = forms.BooleanField(label=_("Leave out lines without a text"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx"

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if "file" in given:
            try:
                self.entries = lines.chosen(files.read(given["file"]), leave_out=given.get("leave_out", False))
            except files.BadFile as bad:
                self.add_error("file", str(bad))
        return given


class ConfirmForm(forms.Form):
    """The entries of a preview under our signature, for one person and one hour."""

    salt = SALT
    row: type = files.Entry
    sealed = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_sealed(self):
        try:
            said = signing.loads(self.cleaned_data["sealed"], salt=self.salt, max_age=KEPT_FOR, serializer=Plain)
        except signing.BadSignature as bad:
            raise ValidationError("sealed") from bad
        if said["user"] != self.user.pk:
            raise ValidationError("sealed")
        self.key, self.entries = said["key"], [self.row(*entry) for entry in said["entries"]]
        return self.cleaned_data["sealed"]


class Plain:
    """JSON that keeps Chinese as it is: half as long as with escapes."""

    def dumps(self, said):
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, content):
        return json.loads(content)


def sealed(entries, user, form=ConfirmForm):
    said = {"user": user.pk, "key": secrets.token_hex(8), "entries": [astuple(one) for one in entries]}
    return signing.dumps(said, salt=form.salt, compress=True, serializer=Plain)
