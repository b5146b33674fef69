"""Form controls with the classes of the style sheet, and with help and errors tied to them for screen readers."""
from django import forms, template

register = template.Library()


@register.simple_tag
def control(field, **attrs):
    """The widget of a bound field. What is wrong and what helps is announced with it."""
    widget = field.field.widget
    described = [f"{field.auto_id}-{part}" for part, there in (("error", field.errors), ("help", field.help_text)) if there]
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()} | {"class": css_class(widget, bool(field.errors))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def css_class(widget, wrong):
    if isinstance(widget, forms.CheckboxInput):
        kind = "form-check-input"
    elif isinstance(widget, forms.Select):
        kind = "form-select"
    else:
        kind = "form-control"
    return f"{kind} is-invalid" if wrong else kind


@register.filter
def is_wide(field):
    """Texts get the whole width of a form."""
    return isinstance(field.field.widget, forms.Textarea | forms.SelectMultiple)


@register.filter
def is_tick(field):
    return isinstance(field.field.widget, forms.CheckboxInput)
