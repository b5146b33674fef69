"""Every part of pages in every variant, in both languages, and within the budget of our styles."""
import re
from pathlib import Path

import pytest

from tests.crowds import signed_in
from tickets.clocks import Kind
from tickets.states import State

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("states", "marks", "tones", "chips", "clocks", "people", "story", "filters", "list", "empty", "form", "buttons",
         "confirm", "toasts", "progress", "guides")
HAN = re.compile(r"[\u4e00-\u9fff]")


def part(page, name):
    return page[page.index(f'id="s-{name}"'):].split("<section", 1)[0]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_part_is_drawn_in_both_languages(p, language):
    page = signed_in(p.op, language).get("/styleguide/").content.decode()

    assert all(f'id="s-{name}"' in page for name in PARTS)
    assert part(page, "states").count('class="pill') == len(State)
    assert part(page, "marks").count("<svg") == part(page, "marks").count('class="pill') == 9  # a sign beside each word
    assert {"t-green", "t-yellow", "t-orange", "t-red"} <= set(re.findall(r"t-\w+", part(page, "clocks")))
    assert "data-office=" in part(page, "clocks")
    assert "158" not in part(page, "people")


def test_each_word_is_in_the_readers_language(p):
    chinese = signed_in(p.op).get("/styleguide/").content.decode()
    english = signed_in(p.op, "en").get("/styleguide/").content.decode()

    assert "个工作日" in part(chinese, "clocks")
    assert "working days" in part(english, "clocks")
    for kind in (Kind.RESPONSE, Kind.SUPERVISION):
        assert str(kind.label) in part(chinese, "clocks") or str(kind.label) in part(english, "clocks")
    for name in ("states", "marks", "clocks", "filters", "empty", "confirm", "toasts", "progress"):
        assert not HAN.search(re.sub(r'value="[^"]*"', "", part(english, name))), name


def test_a_strangers_number_is_masked_in_the_samples(p):
    assert "138****5678" in part(signed_in(p.op).get("/styleguide/").content.decode(), "people")


def test_our_styles_stay_within_twenty_kilobytes():
    assert sum(len(file.read_bytes()) for file in (ROOT / "static").rglob("*.css")) < 20_480


def test_no_font_of_icons_is_left():
    sources = [file for folder in ("templates", "static", "hotline") for file in (ROOT / folder).rglob("*") if file.is_file()]

    assert [str(file) for file in sources if file.suffix in {".html", ".css", ".js", ".py"} and "ti ti-" in file.read_text()] == []
