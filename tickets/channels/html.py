"""The words of a page that somebody mailed: no scripts, no styles, nothing fetched. One pass, whatever is in it."""
import re
from html import unescape

LONGEST = 400_000  # characters; more is no letter
SILENT = {"script", "style", "head", "title", "template", "svg", "object", "iframe"}
BREAKS = {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "section"}
TAG = re.compile(r"<([/!?]?)([a-zA-Z][a-zA-Z0-9]*)?[^<>]*>")  # never looks beyond the next bracket
LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")  # keeps every place where it is


def text_of_html(markup):
    markup = markup[:LONGEST]
    text = unescape("".join(words_of(markup, markup.translate(LOWER))))
    return re.sub(r"[^\S\n]*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text))


def words_of(markup, lower):
    """The words between the tags, with a new line where a block begins or ends."""
    place, missing = 0, set()  # what has no end is looked for once only
    while (bracket := markup.find("<", place)) >= 0:
        yield markup[place:bracket].replace("\n", " ").replace("\r", " ")
        place = skipped(lower, bracket, "<!--", "-->", missing)
        if place > bracket:
            continue
        tag = TAG.match(markup, bracket)
        if tag is None or not (tag[1] or tag[2]):
            yield "<"
            place = bracket + 1
            continue
        place, name = tag.end(), (tag[2] or "").lower()
        if name in BREAKS:
            yield "\n"
        if name in SILENT and not tag[1]:
            place = max(place, skipped(lower, bracket, f"<{name}", f"</{name}", missing))
    yield markup[place:].replace("\n", " ").replace("\r", " ")


def skipped(lower, place, start, end, missing):
    """Behind `end` where `start` stands here, else `place`."""
    if end in missing or not lower.startswith(start, place):
        return place
    found = lower.find(end, place + len(start))
    if found < 0:
        missing.add(end)
        return place
    return found + len(end) if end == "-->" else max(lower.find(">", found) + 1, found + len(end))
