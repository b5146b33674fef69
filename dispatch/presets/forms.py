"""The form of a new preset, and the field of the reply form that fills in one."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dispatch import compliance, hints
from dispatch.models import ReplyPreset
from dispatch.presets import keeping
from dispatch.presets.rows import LONGEST_TEXT, LONGEST_TITLE
from tickets.fields import TextField
from tickets.special.forms import categories


def any_or_one():
    return [("", _("Any category")), *categories()[1:]]


def category_names():
    """{code: words} of every category and of the groups above them, in one query."""
    return {"": _("Any category"), **{code: words for _group, rows in categories()[1:] for code, words in rows}}


class PresetForm(forms.Form):
    """Read as a reply is: what must be mended is refused, a hint is only kept by saying that it was read."""

    unit = forms.ChoiceField(label=_("Unit"), help_text=_("It and the units below it use the text."))
    category = forms.ChoiceField(label=_("Category"), choices=any_or_one, required=False)
    title = forms.CharField(label=_("Title"), min_length=2, max_length=LONGEST_TITLE)
    text = TextField(label=_("Text"), min_length=10, max_length=LONGEST_TEXT, rows=5)
    hints_read = hints.box()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, auto_id="preset-%s", **kwargs)
        self.units = {unit.code: unit for unit in keeping.units_of(user)}
        self.fields["unit"].choices = [(code, unit.name) for code, unit in self.units.items()]  # type: ignore[attr-defined]
        self.fields["unit"].initial = next(iter(self.units), "")

    def clean_unit(self):
        return self.units[self.cleaned_data["unit"]]

    def clean(self):
        super().clean()
        given = self.cleaned_data
        hints_read = given.pop("hints_read", False)
        found = compliance.read_alone(given.get("text", ""))
        hints.weigh(self, found, were_read=hints_read)
        return given


class Fillings(forms.Select):
    """Each choice carries its text, which static/js/presets.js puts into the field `fills`."""

    texts: dict = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.texts:
            option["attrs"]["data-text"] = self.texts[value]
        return option


class PresetField(forms.ChoiceField):
    """A preset by its number, or nothing; clean() gives the row, so that the reply says which text it began with."""

    widget = Fillings

    def __init__(self, *, fills, **kwargs):
        super().__init__(required=False, **kwargs)
        self.widget.attrs |= {"data-fills": fills}
        self.rows: dict[str, ReplyPreset] = {}

    def offer(self, presets):
        self.rows = {str(preset.pk): preset for preset in presets}
        self.widget.texts = {number: preset.text for number, preset in self.rows.items()}
        self.choices = [("", "—"), *((number, preset.title) for number, preset in self.rows.items())]

    def clean(self, value):
        number = super().clean(value)
        if number and number not in self.rows:
            raise ValidationError(_("This preset is not there any more."))
        return self.rows.get(number)
