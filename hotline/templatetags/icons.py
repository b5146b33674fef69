"""Pictures beside words: {% icon "bell" %} puts one of Tabler's outline icons into the page itself, {% pill mark %} a mark.

No font and no sprite is loaded. An icon is never the only name of a control: it is hidden from screen readers.
"""
import re
from functools import cache, lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
EMPTY = re.compile(r'<path stroke="none"[^>]*/>')  # every icon begins with a transparent square


@register.simple_tag
def icon(name):
    """Nothing for an empty name, so that a template need not ask."""
    return drawing(str(name)) if name else ""


@register.simple_tag
def pill(mark):
    """What has `text`, `tone` and `icon`. A list shows the same few marks again and again."""
    return pill_of(str(mark.text), mark.tone, mark.icon)


@lru_cache(maxsize=2000)
def pill_of(text, tone, name):
    return format_html('<span class="pill{}">{}{}</span>', f" t-{tone}" if tone else "", icon(name), text)


@cache
def drawing(name: str) -> SafeString:
    """Read once a process. Names are written in our own files only; one that is unknown fails where it is written."""
    if not NAME.fullmatch(name):
        raise template.TemplateSyntaxError(f"{name!r} is no name of an icon.")
    try:
        source = (Path(settings.ICONS) / f"{name}.svg").read_text()
    except FileNotFoundError:
        raise template.TemplateSyntaxError(f"There is no icon {name!r}; see {settings.ICONS}.") from None
    shapes = " ".join(EMPTY.sub("", source.split(">", 1)[1].rpartition("</svg>")[0]).split())
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>')  # noqa: S308  (ours)
