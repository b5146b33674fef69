"""The forms of the kept texts."""
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tickets.fields import TextField
from tickets.saying.rows import LONGEST_SNIPPET, LONGEST_SNIPPET_NAME
from tickets.saying.scripts import SCRIPTS


class SnippetForm(forms.Form):
    name = forms.CharField(label=_("Short name"), max_length=LONGEST_SNIPPET_NAME)
    text = TextField(label=_("Text"), max_length=LONGEST_SNIPPET, rows=4)
    is_shared = forms.BooleanField(label=_("For all operators"), required=False)

    def __init__(self, *args, may_share, **kwargs):
        super().__init__(*args, auto_id="snippet-%s", **kwargs)
        if not may_share:
            del self.fields["is_shared"]

    def clean(self):
        super().clean()
        self.cleaned_data.setdefault("is_shared", False)
        return self.cleaned_data


class ScriptForm(forms.Form):
    key = forms.ChoiceField(choices=[(script.key, script.key) for script in SCRIPTS])
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    text = TextField(max_length=500, required=False)
