"""What is asked of every page. Each function returns complaints, empty when all is well."""
import os
import re
from collections import defaultdict
from pathlib import Path

from tests.pages.visitor import DESK, PHONE

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
TELL = """found => found.violations.map(v => `${v.id}: ` + v.nodes.slice(0, 2).map(n => n.html.slice(0, 140) + " :: "
    + n.any.concat(n.all, n.none).map(c => c.message).join("; ").slice(0, 200)).join(" && "))"""
ASK = f"""places => {{
    const pieces = places?.map(watch.pieceAt).filter((piece) => piece.isConnected);
    return pieces && !pieces.length ? [] : axe.run(pieces ? {{include: pieces}} : document,
        {{resultTypes: ["violations"], preload: false, elementRef: false}}).then({TELL});
}}"""
WHOLE = os.environ.get("HOTLINE_PAGES") == "whole"  # everything, for everybody: takes three times as long
SAMPLES = ("欧阳建国", "欧阳", "欧")  # citizens of the style guide
LOOKS = [("desk", DESK, False), ("desk dark", DESK, True), ("phone dark", PHONE, True), ("phone", PHONE, False)]

HAN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff0-9]*")
# query codes, prints of a number, numbers of superiors, e-mail
CODE = re.compile(r"\b[A-Z0-9]{8}\b|\b[0-9a-f]{8}\b|\b[A-Z]{2}-[0-9]+\b|[\w*.]+@[\w.]+")
LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]")
KEYS = {"Alt", "Ctrl", "Shift", "Enter", "Esc", "Tab", "Home", "End"}
FILES = {"Excel", "Word", "CSV", "JSON", "PDF", "jpg", "png", "pdf", "docx", "mp", "KB", "MB"}
SAME_IN_BOTH = KEYS | FILES | {"English", "App", "APP"} | {"li", "zj"}  # the last two: an example of a log-in name
NAMES_OF_LANGUAGES = {"中文", "简体中文"}
CHINESE, ENGLISH = "zh-hans", "en"


class Known:
    """What axe has looked at. It judges markup and style, not words; a piece of a page that it has seen in the same look
    is not shown to it again. Each page is shown whole once in each language, in the first look. HOTLINE_PAGES=whole: always."""

    def __init__(self, always_whole=WHOLE):
        self.always_whole, self.seen = always_whole, set()

    def new(self, pieces, page, look):
        """None for the whole page, else the places of those of its pieces that are new."""
        whole = page not in self.seen
        self.seen.add(page)
        fresh = [place for place, piece in enumerate(pieces) if (piece, look) not in self.seen]
        self.seen |= {(piece, look) for piece in pieces}
        return None if whole or self.always_whole else fresh


def accessibility(visitor, pieces=None):
    """Of the whole page, or of some pieces of it."""
    if pieces == []:
        return []
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE)
    return [f"axe {found}" for found in visitor.page.evaluate(ASK, pieces)]


def doubles(visitor):
    """Two elements of one id: labels and live regions would mean the wrong one."""
    return [f"two elements with id {found!r}" for found in visitor.page.evaluate("watch.doubles()")]


def width(visitor):
    found = visitor.page.evaluate("watch.wide()")
    return [f"wider than the screen: {', '.join(found)}"] if found else []


def darkness(visitor, dark):
    """The flip has worked: a dark page has a dark ground."""
    light = sum(map(int, re.findall(r"\d+", visitor.page.evaluate("watch.paper()"))[:3])) > 380
    return [] if light != dark else [f"the ground of the page is {'light' if light else 'dark'}"]


def language(visitor, expected, words):
    """`words`: what people wrote, as one text, and the names that stay as they are in any language."""
    found = visitor.page.evaluate("[watch.lang(), watch.texts()]")
    wrong = [] if found[0] == expected else [f"html lang is {found[0]!r}"]
    for spoken, text, where in found[1]:
        odd = raw_english(text, words) if spoken == CHINESE else raw_chinese(text, words) if spoken == ENGLISH else [spoken]
        wrong += [f"in a {spoken} text of a page in {expected}: {word!r} in {text[:80]!r} {where}" for word in odd]
    return wrong


def raw_english(text, words):
    return [word for word in LATIN.findall(CODE.sub("", text)) if word not in SAME_IN_BOTH and word not in words.names]


def raw_chinese(text, words):
    return [run for run in HAN.findall(text) if run not in words.written and run not in (*NAMES_OF_LANGUAGES, *SAMPLES)]


class Words:
    def __init__(self, written, names):
        self.written, self.names = written, set(names) | {part for name in names for part in LATIN.findall(name)}


class Complaints:
    """All of them at once, those that are the same together."""

    def __init__(self):
        self.places, self.examined = defaultdict(list), 0

    def add(self, place, found):
        self.examined += 1
        for complaint in found:
            self.places[complaint].append(place)

    def __bool__(self):
        return bool(self.places)

    def __str__(self):
        lines = [f"{len(self.places)} complaints; {self.examined} looks taken"]
        for complaint, places in sorted(self.places.items(), key=lambda entry: -len(entry[1])):
            lines.append(f"- {len(places)} × {complaint}\n    {'  '.join(places[:4])}")
        return "\n".join(lines)


def looks_of(language):
    """Colours depend neither on the language nor on the width of the screen: in English, and dark on a phone, they are
    asked again only in the whole matrix."""
    if WHOLE:
        return LOOKS
    return [look for look in LOOKS if not look[2] or (language == CHINESE and look[1] is DESK)]


def asks_axe(language):
    """It judges markup and style, which are the same in both languages: in English only the whole matrix asks it."""
    return WHOLE or language == CHINESE


class Examiner:
    def __init__(self, words, known):
        self.words, self.known, self.complaints = words, known, Complaints()

    def look(self, visitor, page, place, expected, looks=None):
        """The page that is open, in its looks."""
        looks = looks or looks_of(expected)
        pieces = visitor.page.evaluate("watch.pieces()")
        self.complaints.add(f"{place} [{expected}]", language(visitor, expected, self.words) + doubles(visitor))
        for label, size, dark in looks:
            fresh = self.known.new(pieces, f"{page} {expected}", label)
            if dark and fresh == []:
                continue  # how wide it is does not depend on the light
            visitor.show(size, dark)
            found = accessibility(visitor, fresh) if asks_axe(expected) else []
            found += width(visitor) + (darkness(visitor, dark) if fresh != [] else [])
            self.complaints.add(f"{place} [{expected} {label}]", found)
        visitor.show(DESK, dark=False)
        self.complaints.add(f"{place} [{expected}]", visitor.heard())
