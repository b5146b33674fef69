"""What an administrator types about limits and ladders: one cell a limit, one line a rung."""
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.choices import Type, Urgency
from tickets.clocks import FEEDBACK, Kind
from tickets.fields import MomentField, TextField
from tickets.profiles import soundness, wording

TYPED = (Kind.COMPLETION,)  # normal tickets may have a limit for each type
TYPES = (Type.CONSULT, Type.HELP, Type.SUGGEST, Type.COMPLAINT, Type.REPORT, Type.OTHER)
SALT, ONE_DAY = "profiles", 86_400
MOST_RUNGS = len(wording.RUNG_NAMES)


class LimitField(forms.CharField):
    """"20 min", "2 h" or "3 working days"; clean() gives a rule or None."""

    def __init__(self, **kwargs):
        super().__init__(max_length=30, widget=forms.TextInput(attrs={"size": 8, "autocomplete": "off"}), **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return wording.limit_of(text)
        except wording.Unreadable as wrong:
            raise ValidationError(str(wrong)) from wrong


class LadderField(forms.CharField):
    """A rung a line; clean() gives rungs. Every wrong line is named."""

    def __init__(self, *, rows, **kwargs):
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
        super().__init__(required=False, max_length=1000, widget=widget, **kwargs)

    def clean(self, value):
        rungs, errors = [], []
        for number, line in enumerate(super().clean(value).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                rungs.append(wording.rung_of(line))
            except wording.Unreadable as wrong:
                errors.append(_("Line %(line)s: %(sentence)s") % {"line": number, "sentence": wrong})
        if errors:
            raise ValidationError(errors)
        return rungs


class ProfileForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    valid_from = MomentField(label=gettext_lazy("Valid from"), required=False, help_text=gettext_lazy("Empty: at once"))
    is_default = forms.BooleanField(label=gettext_lazy("New tickets follow it"), required=False)

    def __init__(self, data=None, *, profile, now):
        super().__init__(data, auto_id="limits-%s", initial={
            "title": profile.title, "is_default": profile.is_default})
        self.profile, self.now = profile, now
        for kind in Kind:
            limits = profile.limits.get(kind, {})
            for which, label in columns(kind):
                self.fields[cell(kind, which)] = LimitField(
                    label=f"{kind.label} · {label}", initial=wording.limit_text(limits.get(which)),
                    required=kind not in FEEDBACK and (kind not in TYPED or which in (Urgency.CRITICAL, Urgency.URGENT)))
            rungs = [wording.rung_text(rung) for rung in profile.ladder(kind)]
            self.fields[f"{kind}-ladder"] = LadderField(label=kind.label, initial="\n".join(rungs), rows=len(rungs) + 1)

    def clean_valid_from(self):
        moment = self.cleaned_data["valid_from"]
        if moment and moment < self.now:
            raise ValidationError(_("This is in the past: promises that were made are not changed backwards."))
        return moment

    def clean(self):
        super().clean()
        given = self.cleaned_data
        limits = {str(kind): {str(which): given[cell(kind, which)] for which, _label in columns(kind)
                              if given.get(cell(kind, which)) is not None} for kind in Kind}
        for kind in TYPED:
            self.check_types(kind, limits[kind])
        kept = list(soundness.limit_faults(self.profile.limits))  # the version before has them already: not this change's fault
        for fault in soundness.limit_faults(limits):
            kind, which, sentence = fault
            if fault not in kept or limits[kind][which] != self.profile.limits[kind][which]:
                self.say(cell(kind, which), sentence)
        for kind in Kind:
            name = f"{kind}-ladder"
            if wrong := soundness.ladder_fault(given.get(name, []), limits[kind].values()):
                self.say(name, wrong)
        given["limits"], given["ladders"] = limits, {str(kind): given.get(f"{kind}-ladder", []) for kind in Kind}
        return given

    def check_types(self, kind, limits):
        """Either one limit for all normal tickets, or one for each type."""
        typed = [which for which in TYPES if which in limits]
        if Urgency.NORMAL in limits and typed:
            self.say(cell(kind, Urgency.NORMAL), _("Either one limit for all, or one for each type: leave the other empty."))
        elif Urgency.NORMAL not in limits:
            for which in TYPES:
                if which not in limits:
                    self.say(cell(kind, which), _("Needed while there is no limit for all types."))

    def say(self, name, sentence):
        if name not in self.errors:
            self.add_error(name, sentence)

    @property
    def general(self):
        return [self[name] for name in ("title", "valid_from", "is_default")]

    @property
    def rows(self):
        return [(kind.label, [self[cell(kind, which)] for which in Urgency.values]) for kind in Kind]

    @property
    def typed_rows(self):
        return [(kind.label, [(which.label, self[cell(kind, which)]) for which in TYPES]) for kind in TYPED]

    @property
    def ladders(self):
        return [self[f"{kind}-ladder"] for kind in Kind]

    @property
    def given(self):
        """What becomes the version, as JSON keeps it."""
        moment = self.cleaned_data["valid_from"]
        return {"code": self.profile.code, "valid_from": moment.isoformat() if moment else "",
                **{name: self.cleaned_data[name] for name in ("title", "is_default", "limits", "ladders")}}


def columns(kind):
    """(key, label) of the limits of a kind."""
    by_urgency = [(urgency.value, urgency.label) for urgency in Urgency]
    return by_urgency + ([(type_.value, type_.label) for type_ in TYPES] if kind in TYPED else [])


def cell(kind, which):
    return f"{kind}-{which}"


class ConfirmForm(forms.Form):
    sealed = forms.CharField(widget=forms.HiddenInput())
    base = forms.IntegerField(widget=forms.HiddenInput())
    reason = TextField(label=gettext_lazy("Reason"), max_length=200, rows=2)
    apply = forms.BooleanField(label=gettext_lazy("Apply to open clocks"), required=False, help_text=gettext_lazy(
        "Otherwise every open ticket keeps the limits that it began with."))

    def clean_sealed(self):
        try:
            self.given = signing.loads(self.cleaned_data["sealed"], salt=SALT, max_age=ONE_DAY)
        except signing.BadSignature as bad:
            raise ValidationError(_("The preview is too old: begin again.")) from bad
        return self.cleaned_data["sealed"]

    def clean(self):
        super().clean()
        if self.cleaned_data.get("apply") and getattr(self, "given", {}).get("valid_from"):
            self.add_error("apply", _("It is not in force yet. Open clocks can follow only what counts now."))
        return self.cleaned_data


def sealed(given):
    return signing.dumps(given, salt=SALT, compress=True)


def moment_of(given, now):
    """When it begins to count: never before now."""
    return max(parse_datetime(given["valid_from"]) or now, now) if given["valid_from"] else now
