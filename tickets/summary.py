"""The summary that units read of a confidential matter in place of the citizen's words: its field, and what it may not say."""
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.masking import NAMELESS, mask_in_text
from tickets.actions import Refused
from tickets.fields import TextField
from tickets.redaction import LONGEST_SUMMARY, automatic_summary, persons

APART = re.compile(r"[\W_]+")
SHORTEST_NUMBER = 7  # digits of a phone that is somebody's own


def giveaways(text, ticket):
    """Sentences about what in this text tells who the citizen is; they repeat none of it."""
    said, caller = _closely(text), ticket.caller
    if _closely(caller.name) not in NAMELESS and caller.name in persons(ticket) and _closely(caller.name) in said:
        yield _("It holds the name of the citizen. Units would read it.")
    if _closely(caller.beneficiary) and caller.beneficiary in persons(ticket) and _closely(caller.beneficiary) in said:
        yield _("It holds the name of the person concerned. Units would read it.")
    phones = filter(None, map(_closely, (caller.phone, caller.phone2)))
    if mask_in_text(text) != text or any(len(phone) >= SHORTEST_NUMBER and phone in said for phone in phones):
        yield _("It holds a phone, identity or card number. Units would read it.")


def _closely(text):
    """Without spaces, dots and hyphens, in one width and case: spelled apart is still spelled."""
    return APART.sub("", unicodedata.normalize("NFKC", text).casefold())


def check(text, ticket):
    """For a form's clean(): the text, if units may read it."""
    if found := list(giveaways(text, ticket)):
        raise ValidationError(found)
    return text


def changes_for_units(ticket, text):
    """What a ticket takes along on its way to a unit: no confidential matter goes there without a summary."""
    if not ticket.is_confidential:
        return {}
    text = text or ticket.unit_summary
    if not text:
        raise Refused(str(SummaryFields.MISSING))
    if found := next(giveaways(text, ticket), ""):
        raise Refused(found)
    return {"unit_summary": text}


class SummaryFields(forms.Form):
    """For a CaseForm, to the right of it among its bases. The field is there only where the matter is confidential."""

    MISSING = gettext_lazy("A confidential matter goes to a unit only with a summary that was written for it.")
    ticket: Any  # of the CaseForm
    summary_needed = False
    unit_summary = TextField(label=gettext_lazy("Summary for the unit"), max_length=LONGEST_SUMMARY, required=False, rows=5,
                             error_messages={"required": MISSING})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.asks_for_summary():
            del self.fields["unit_summary"]
            return
        field = self.fields["unit_summary"]
        field.required = self.summary_needed
        field.initial = self.proposed_summary  # asked only when the form is shown
        field.help_text = (
            _("The unit reads this and none of the citizen's own words. Read both, then change what gives the citizen away.")
            if self.ticket.unit_summary else
            _("Made automatically, check it: no name, no number, no words that give the citizen away. The unit reads this "
              "and none of the citizen's own words."))

    def asks_for_summary(self):
        return self.ticket.is_confidential

    def proposed_summary(self):
        return self.ticket.unit_summary or automatic_summary(self.ticket)

    def clean_unit_summary(self):
        return check(self.cleaned_data["unit_summary"], self.ticket)
