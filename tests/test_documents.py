"""Documents that are drawn from the code say what the code says."""
from pathlib import Path

from django.conf import settings
from django.utils import translation

from tickets.drawing import document


def test_the_drawing_of_the_states_is_up_to_date():
    with translation.override("en"):
        assert (Path(settings.BASE_DIR) / "docs" / "states.md").read_text(encoding="utf-8") == document()
