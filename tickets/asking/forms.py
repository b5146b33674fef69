"""The form of the questions of a category: a row each, and the template of the text."""
import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.fields import TextField
from tickets.taking.questions import Ask
from tickets.taking.rows import LONGEST_TEMPLATE

KINDS = {
    "text": gettext_lazy("A line of text"), "number": gettext_lazy("A number"), "choice": gettext_lazy("One of several"),
    "yes_no": gettext_lazy("Yes or no"), "date": gettext_lazy("Day"), "moment": gettext_lazy("Day and time"),
    "phone": gettext_lazy("Phone number (encrypted)"), "id_card": gettext_lazy("Identity card number (encrypted)"),
    "credit_code": gettext_lazy("Unified social credit code"),
}
MOST, MOST_CHOICES, LONGEST_CHOICE = 15, 20, 40
APART = re.compile(r"[,，、;；\n]+")  # noqa: RUF001  # what people type between choices


class BaseForm(forms.Form):
    """`base`: the version that was looked at; a newer one is not overwritten unseen."""

    base = forms.IntegerField(widget=forms.HiddenInput())
    template = TextField(label=gettext_lazy("How the text may begin"), max_length=LONGEST_TEMPLATE, rows=5, required=False,
                         strip=False, help_text=gettext_lazy("Offered as a template while the content is empty."))

    def clean_template(self):
        return self.cleaned_data["template"].replace("\r\n", "\n").rstrip()


class AskForm(forms.Form):
    name = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput())
    label = forms.CharField(label=gettext_lazy("What is asked"), max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("Answered by"), choices=KINDS, initial="text")
    choices = forms.CharField(label=gettext_lazy("Choices"), max_length=400, required=False,
                              help_text=gettext_lazy("For “one of several”, with commas between them."))
    least = forms.DecimalField(label=gettext_lazy("Least number"), max_digits=12, decimal_places=2, required=False)
    most = forms.DecimalField(label=gettext_lazy("Greatest number"), max_digits=12, decimal_places=2, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit of measure"), max_length=10, required=False)
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)

    def __init__(self, *args, known, **kwargs):
        super().__init__(*args, **kwargs)
        self.before = known.get(self["name"].value() or "")
        if self.before:  # answers were given to it: another kind of answer is another question
            self.fields["kind"].disabled, self.fields["kind"].initial = True, self.before.kind
            self.initial["kind"] = self.before.kind

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if "kind" in given:
            self.clean_choices_of(given, given["kind"])
        least, most = given.get("least"), given.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", _("This is less than the least number."))
        return given

    def clean_choices_of(self, given, kind):
        choices = tuple(dict.fromkeys(one.strip() for one in APART.split(given.get("choices") or "") if one.strip()))
        if kind == "choice" and not 2 <= len(choices) <= MOST_CHOICES:
            self.add_error("choices", _("Between 2 and %(most)d choices.") % {"most": MOST_CHOICES})
        if any(len(one) > LONGEST_CHOICE for one in choices):
            self.add_error("choices", _("At most %(most)d letters a choice.") % {"most": LONGEST_CHOICE})
        given["choices"] = choices if kind == "choice" else ()

    @property
    def ask(self):
        given = self.cleaned_data
        is_number = given["kind"] == "number"
        least, most = (str(given[name]) if is_number and given[name] is not None else None for name in ("least", "most"))
        return Ask(self.before.name if self.before else "", given["label"], given["kind"], given["choices"], least, most,
                   given["unit"], given["required"])


class AskFormSet(forms.BaseFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Its turn")
        form.fields["ORDER"].help_text = _("1 comes first.")
        form.fields["DELETE"].label = _("Ask this no more")

    def clean(self):
        names = [form.before.name for form in self.kept if form.before]
        if len(names) != len(set(names)):
            raise forms.ValidationError(_("A question stands here twice; load the page again."))

    @property
    def kept(self):
        """Rows that say something and are not taken away, in their order."""
        rows = [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]
        return sorted(rows, key=lambda form: (form.cleaned_data.get("ORDER") or MOST, self.forms.index(form)))

    @property
    def asks(self):
        return [form.ask for form in self.kept]


AskRows = forms.formset_factory(AskForm, formset=AskFormSet, extra=2, can_order=True, can_delete=True, max_num=MOST,
                                validate_max=True)


def initial_of(ask):
    return vars(ask) | {"choices": "、".join(ask.choices)}
