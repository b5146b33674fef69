"""Form controls with the classes of the style sheet, and with help and errors tied to them for screen readers."""
from django import forms, template

register = template.Library()
A_COLUMN = 40  # letters


@register.simple_tag
def control(field, **attrs):
    """The widget of a bound field. What is wrong and what helps is announced with it."""
    widget = field.field.widget
    if isinstance(widget, forms.Select):
        ask(field, widget)
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()} | {"class": css_class(widget, bool(field.errors))}
    if described := described_by(field):
        attrs["aria-describedby"] = described
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def ask(field, widget):
    """A question that nobody answered yet shows no answer: the first choice of a list is not one."""
    if field.value() in (None, "") and all(value for value, _label in widget.choices):
        widget.choices = [("", "—"), *widget.choices]


def css_class(widget, wrong):
    if isinstance(widget, forms.CheckboxInput):
        kind = "form-check-input"
    elif isinstance(widget, forms.Select):
        kind = "form-select"
    else:
        kind = "form-control"
    return f"{kind} is-invalid" if wrong else kind


@register.filter
def described_by(field):
    """The ids of what explains a field: its error, its help."""
    return " ".join(f"{field.auto_id}-{part}" for part, there in (("error", field.errors), ("help", field.help_text)) if there)


@register.filter
def is_wide(field):
    """Texts, lists of ticks and lines that ask for many letters get the whole width of a form."""
    widget = field.field.widget
    return isinstance(widget, forms.Textarea | forms.SelectMultiple) or widget.attrs.get("size", 0) > A_COLUMN


@register.filter
def is_tick(field):
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_ticks(field):
    """Several of a list: ticks instead of a box that wants the Ctrl key held."""
    return isinstance(field.field.widget, forms.SelectMultiple)


@register.filter
def ticks(field):
    """(value, label, chosen) of a multiple choice, the chosen ones first."""
    chosen = set(field.value() or [])
    return sorted(((value, label, value in chosen) for value, label in field.field.choices), key=lambda tick: not tick[2])


@register.filter
def is_choices(field):
    """A question whose few answers are all seen at once, each under its digit."""
    return isinstance(field.field.widget, forms.RadioSelect)


@register.filter
def numbered(field):
    """(digit, value, label, chosen) of such a question; 0 is no answer, where there need not be one."""
    asked = str(field.value() or "")
    given = [(value, label) for value, label in field.field.choices if value]
    none = [] if field.field.required else [(0, "", "—", not asked)]
    return [*((digit, value, label, str(value) == asked) for digit, (value, label) in enumerate(given, start=1)), *none]
