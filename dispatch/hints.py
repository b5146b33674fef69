"""In a form whose text is read before it is sent (compliance.py): what must be mended is refused, and a hint is kept only
by saying that it was read. The box for that appears with the first hint."""
from django import forms
from django.utils.translation import gettext_lazy as _

BOX = "hints_read"


def box():
    return forms.BooleanField(label=_("I have read the hints; the text stays as it is"), required=False,
                              widget=forms.HiddenInput)


def weigh(form, found, *, were_read, field="text"):
    """What has to be answered first becomes errors of the form, each in a line of its own."""
    wrong = [finding for finding in found if finding.must_be_mended or not were_read]
    for finding in wrong:
        form.add_error(field, finding.sentence)
    if wrong and not any(finding.must_be_mended for finding in wrong):
        form.fields[BOX].widget = forms.CheckboxInput()
        form.add_error(BOX, _("Mend the text, or say that you have read the hints."))
