"""Shapes of what people type; nothing here has consequences."""

from django import forms
from django.contrib.auth import password_validation
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import DutyKind, Unit, User, normalise_username
from accounts.numbers import normalise_phone
from accounts.passwords import LONGEST
from accounts.roles import Role

ACTIVE_UNITS = Unit.objects.filter(is_active=True).order_by("path")
ACTIVE_PEOPLE = User.objects.people().filter(is_active=True).order_by("display_name", "id")


class StyledField(BoundField):
    """The classes that the stylesheet expects on an input."""

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        select = isinstance(self.field.widget, forms.Select)
        classes = "form-select" if select else "form-control"
        attrs["class"] = f"{classes} is-invalid" if self.errors else classes
        return attrs


class StyledForm(forms.Form):
    bound_field_class = StyledField
    use_required_attribute = True


def password_field(label, *, autocomplete):
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=LONGEST, strip=False, widget=widget)


class SignInForm(StyledForm):
    username = forms.CharField(
        label=_("Log-in name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = password_field(_("Password"), autocomplete="current-password")


class CodeForm(StyledForm):
    code = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )

    def clean_code(self):
        return self.cleaned_data["code"].replace(" ", "")


class NewPasswordForm(StyledForm):
    new_password = password_field(_("New password"), autocomplete="new-password")
    repeated = password_field(_("New password again"), autocomplete="new-password")

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = _("At least 12 characters; a sentence is easy to remember.")

    def clean_new_password(self):
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        if self.user.check_password(password):
            raise forms.ValidationError(_("Choose a password that is not the present one."), code="unchanged")
        return password

    def clean(self):
        cleaned = super().clean() or {}
        if cleaned.get("new_password") and cleaned.get("repeated") != cleaned["new_password"]:
            self.add_error("repeated", _("The two passwords differ."))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    present = password_field(_("Present password"), autocomplete="current-password")
    field_order = ["present", "new_password", "repeated"]

    def clean_present(self):
        if not self.user.check_password(self.cleaned_data["present"]):
            raise forms.ValidationError(_("The present password is wrong."), code="wrong_password")
        return self.cleaned_data["present"]


class LanguageForm(StyledForm):
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)


class PersonForm(StyledForm):
    username = forms.CharField(
        label=_("Log-in name"), max_length=150, validators=[User.username_validator], help_text=_("For example li.zj")
    )
    display_name = forms.CharField(label=_("Name"), max_length=30)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)

    def clean_username(self):
        return normalise_username(self.cleaned_data["username"])

    def clean_phone(self):
        return normalise_phone(self.cleaned_data["phone"])


class UnitChoice(forms.ModelChoiceField):
    """Indented by depth, so that the tree shows."""

    def label_from_instance(self, unit):
        return f"{'　' * unit.level}{unit.name}（{unit.code}）"


class GrantForm(StyledForm):
    unit = UnitChoice(label=_("Unit"), queryset=ACTIVE_UNITS)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


def local_time_input():
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ShiftForm(StyledForm):
    kind = forms.ChoiceField(label=_("Duty"), choices=DutyKind.choices)
    unit = UnitChoice(label=_("Unit"), queryset=ACTIVE_UNITS)
    user = forms.ModelChoiceField(label=_("Person"), queryset=ACTIVE_PEOPLE)
    starts_at = forms.DateTimeField(label=_("From"), widget=local_time_input())
    ends_at = forms.DateTimeField(label=_("Until"), widget=local_time_input())
