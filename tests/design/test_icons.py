"""Icons stand in the page itself, say nothing to screen readers, and every name in our templates exists."""
import re
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError

from hotline.templatetags.icons import drawing

ROOT = Path(__file__).resolve().parents[2]


def test_an_icon_is_drawn_inline_and_hidden_from_screen_readers():
    drawn = Template('{% icon "bell" %}').render(Context())

    assert drawn.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path ')
    assert "\n" not in drawn
    assert len(drawn) < 400


def test_no_name_draws_nothing():
    assert Template("{% icon name %}").render(Context({"name": ""})) == ""


@pytest.mark.parametrize("name", ["no-such-icon", "../../../package", "Bell", "bell.svg", "a/b"])
def test_what_is_no_icon_fails_where_it_is_written(name):
    with pytest.raises(TemplateSyntaxError):
        drawing(name)


def test_every_icon_of_the_templates_exists():
    names = {name for page in (ROOT / "templates").rglob("*.html") for name in re.findall(r'{% icon "([^"]+)"', page.read_text())}

    assert names
    assert all(drawing(name) for name in names)
