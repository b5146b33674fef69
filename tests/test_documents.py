"""Documents that are drawn from the code say what the code says, and show what is there."""
import re
from pathlib import Path

from django.conf import settings
from django.utils import translation

from accounts.roles import Role
from tickets.drawing import document

ROOT = Path(settings.BASE_DIR)
PICTURES = ROOT / "docs" / "pictures"


def test_the_drawing_of_the_states_is_up_to_date():
    with translation.override("en"):
        assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == document()


def test_every_picture_that_a_document_shows_is_there():
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")]
    shown = [(file, place) for file in documents for place in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", file.read_text(encoding="utf-8"))]

    assert len(shown) > 50
    assert [f"{file.name}: {place}" for file, place in shown if not (file.parent / place).is_file()] == []


def test_every_picture_is_shown_and_all_together_stay_small():
    pictures = list(PICTURES.glob("*.png"))
    screens = (ROOT / "docs" / "screens.md").read_text(encoding="utf-8")

    assert [picture.name for picture in pictures if f"(pictures/{picture.name})" not in screens] == []
    assert sum(picture.stat().st_size for picture in pictures) < 45_000 * len(pictures)


def test_every_role_has_its_screens():
    shown = {picture.stem.split("-")[0] for picture in PICTURES.glob("*.png")}

    assert {role.value.lower() for role in Role} <= shown
