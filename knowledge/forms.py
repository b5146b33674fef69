"""The forms of knowledge: an article, a proposal, a reason, and the filters of the list."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.masking import mask_in_text
from knowledge import search
from knowledge.fields import DayField, TextField, UnitField, owners_and_places
from knowledge.models import Audience


class Words(forms.Form):
    """What a proposal and an article have in common."""

    title = forms.CharField(label=_("Title"), min_length=4, max_length=80)
    question = forms.CharField(label=_("As citizens ask it"), max_length=300, required=False)
    answer = TextField(label=_("Answer"), min_length=10, max_length=1900, rows=8)
    keywords = forms.CharField(
        label=_("Keywords"), max_length=200, required=False,
        help_text=_("Words that citizens use, with spaces between them. When one is spoken, the article is suggested."))

    def clean_keywords(self):
        words = search.keywords_of(self.cleaned_data["keywords"])
        if any(len(word) < 2 for word in words.split()):
            raise ValidationError(_("A keyword has at least two letters."))
        return words


class ProposalForm(Words):
    source = forms.CharField(label=_("Where it is written"), max_length=200, required=False)

    def clean(self):
        """Whatever was typed: no number of a person gets into knowledge."""
        super().clean()
        return {name: mask_in_text(value) for name, value in self.cleaned_data.items()}


class ArticleForm(Words):
    base = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=30_000)
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("Document, its number and date."))
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=200, required=False)
    owner = UnitField(label=_("Unit that answers for it"))
    area = UnitField(label=_("Counts in"), required=False, help_text=_("A place and everything below it."))
    audience = forms.ChoiceField(label=_("For whom"), choices=Audience.choices, initial=Audience.PUBLIC)
    valid_from = DayField(label=_("Valid from"))
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("The last day; empty: until it is withdrawn."))
    review_on = DayField(label=_("Review on"), help_text=_("On this day editors look whether it is still right."))
    ivr_text = TextField(label=_("Text for the telephone menu"), max_length=200, required=False, rows=2,
                         help_text=_("Read out by a machine, at most 200 characters. Empty: not read out."))
    ivr_key = forms.RegexField(r"^[0-9]{1,4}$", label=_("Key of the telephone menu"), required=False)
    change_note = forms.CharField(label=_("What changed"), max_length=200, required=False)

    field_order = ["title", "question", "answer", "keywords"]

    def __init__(self, *args, today, **kwargs):
        self.today = today
        super().__init__(*args, auto_id="article-%s", **kwargs)
        owners, places = owners_and_places()
        self.fields["owner"].offer(owners)  # type: ignore[attr-defined]
        self.fields["area"].offer(places, empty=_("The whole district"))  # type: ignore[attr-defined]
        self.fields["keywords"].required = True

    def clean(self):
        super().clean()
        given = self.cleaned_data
        starts, ends, review = given.get("valid_from"), given.get("valid_to"), given.get("review_on")
        if starts and ends and ends < starts:
            self.add_error("valid_to", _("It would be over before it begins."))
        elif ends and ends < self.today:
            self.add_error("valid_to", _("This day has passed."))
        if review and review < self.today:
            self.add_error("review_on", _("This day has passed."))
        elif review and ends and review > ends:
            self.add_error("review_on", _("The review comes before the validity ends."))
        if given.get("audience") == Audience.INTERNAL:
            for name in ("ivr_text", "ivr_key"):
                if given.get(name):
                    self.add_error(name, _("What is for colleagues only is not read out to citizens."))
        elif given.get("ivr_key") and not given.get("ivr_text"):
            self.add_error("ivr_text", _("A key of the menu needs a text that is read out."))
        return given


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=300)


class FilterForm(forms.Form):
    q = forms.CharField(label=_("Words"), max_length=search.LONGEST_WORDS, required=False,
                        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words")}))
    area = UnitField(label=_("Counts in"), required=False)
    owner = UnitField(label=_("Unit that answers for it"), required=False)
    audience = forms.ChoiceField(label=_("For whom"), required=False,
                                 choices=[("", _("For everybody")), *Audience.choices])

    def __init__(self, data):
        super().__init__(data, auto_id="filter-%s")
        owners, places = owners_and_places()
        self.fields["area"].offer(places, empty=_("All places"))  # type: ignore[attr-defined]
        self.fields["owner"].offer(owners, empty=_("All units"))  # type: ignore[attr-defined]
