"""The published holidays of a year from a file: JSON as data/holidays_2026.json, or CSV with date, kind, name.

Everything that is wrong is found in one pass and said with its line. Two lines about one day are a mistake even when
they agree; so is a swapped workday from Monday to Friday, which is a workday anyway.
"""
import csv
import io
import json
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tickets.holidays.table import Change
from tickets.models import HolidayDay

LARGEST = 100_000  # bytes; a year of holidays has two or three thousand
LONGEST_NAME, LONGEST_SOURCE = 40, 120
FIRST_YEAR, LAST_YEAR = 2000, 2199
KINDS = {"off": HolidayDay.Kind.OFF, "work": HolidayDay.Kind.WORK, "放假": HolidayDay.Kind.OFF, "休": HolidayDay.Kind.OFF,
         "上班": HolidayDay.Kind.WORK, "调休": HolidayDay.Kind.WORK, "班": HolidayDay.Kind.WORK}


class BadFile(Exception):
    """`errors` are sentences, each with its line where it has one."""

    def __init__(self, errors):
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True)
class Entry:
    line: int
    day: str
    kind: str
    name: str


def read(content: bytes, name: str) -> Change:
    """The change that a file asks for. Raises BadFile."""
    if len(content) > LARGEST:
        raise BadFile([_("The file is too large for a year of holidays.")])
    text = decoded(content)
    is_json = name.lower().endswith(".json") or text.lstrip().startswith("{")
    entries, year, source = from_json(text) if is_json else (from_csv(text), None, "")
    return checked(entries, year, source)


def decoded(content):
    """UTF-8, or what a spreadsheet writes on a Chinese computer."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile([_("The file is no text in UTF-8 or GB 18030.")])


def from_csv(text):
    rows = csv.reader(io.StringIO(text, newline=""))
    entries = []
    try:
        for row in rows:
            cells = [cell.strip() for cell in row] + ["", "", ""]
            if any(cells) and not (rows.line_num == 1 and cells[0].lower() in ("date", "日期")):
                entries.append(Entry(rows.line_num, cells[0], cells[1].lower(), cells[2]))
    except csv.Error as error:
        raise BadFile([at_line(rows.line_num, _("This is no CSV: %(error)s.") % {"error": error})]) from error
    return entries


def from_json(text):
    try:
        said = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile([at_line(getattr(error, "lineno", 1), _("This is no JSON."))]) from error
    lists = isinstance(said, dict) and {kind: said.get(kind, []) for kind in HolidayDay.Kind.values}
    names = isinstance(said, dict) and said.get("names", {})
    if not lists or not all(isinstance(days, list) for days in lists.values()) or not isinstance(names, dict):
        raise BadFile([_("The file needs the lists “off” and “work”, as in the file of the year before.")])
    lines = Lines(text)
    entries = [Entry(lines.of(str(day), kind), str(day), kind, str(names.get(day, "") if isinstance(day, str) else ""))
               for kind, days in lists.items() for day in days]
    return sorted(entries, key=lambda entry: entry.line), said.get("year"), str(said.get("source", ""))


class Lines:
    """In which line of a JSON text a day stands: the next one each time it is asked for in the same list."""

    def __init__(self, text):
        self.lines, self.asked = text.splitlines(), {}

    def of(self, day, kind):
        first = self.asked.get((day, kind)) or self.begin(kind)
        for number in range(first, len(self.lines) + 1):
            if f'"{day}"' in self.lines[number - 1]:
                self.asked[day, kind] = number + 1
                return number
        return min(first, len(self.lines))

    def begin(self, kind):
        return next((number for number, line in enumerate(self.lines, start=1) if f'"{kind}"' in line), 1)


def checked(entries, year, source):
    errors, days, seen = [], {}, {}
    years = {entry.day[:4] for entry in entries if parsed(entry.day)}
    year = year if isinstance(year, int) else int(min(years)) if years else None
    for entry in entries:
        wrong = fault_of(entry, year, seen)
        seen.setdefault(entry.day, entry.line)
        if wrong:
            errors.append(at_line(entry.line, wrong))
        else:
            days[entry.day] = [str(KINDS[entry.kind]), entry.name]
    if not errors and not any(kind == HolidayDay.Kind.OFF for kind, _name in days.values()):
        errors.append(_("The file names no day off."))
    if errors:
        raise BadFile(errors)
    source = "".join(sign for sign in source if sign.isprintable())[:LONGEST_SOURCE]
    return Change(days=days, year=year, whole=True, source=source)


def fault_of(entry, year, seen):
    day = parsed(entry.day)
    if day is None:
        return _("“%(day)s” is no date; write 2027-01-31.") % {"day": entry.day[:40]}
    if entry.kind not in KINDS:
        return _("“%(kind)s” is no kind; write off or work.") % {"kind": entry.kind[:40]}
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return _("This year cannot be right.")
    if day.year != year:
        return _("%(day)s is not in %(year)s; one file holds one year.") % {"day": entry.day, "year": year}
    if entry.day in seen:
        return _("%(day)s stands in line %(line)s already.") % {"day": entry.day, "line": seen[entry.day]}
    if KINDS[entry.kind] == HolidayDay.Kind.WORK and day.weekday() < 5:
        return _("%(day)s is no weekend: it is a workday anyway.") % {"day": entry.day}
    if not entry.name.isprintable():
        return _("The name holds signs that cannot be shown.")
    if len(entry.name) > LONGEST_NAME:
        return _("The name is longer than %(count)s characters.") % {"count": LONGEST_NAME}
    return ""


def parsed(text):
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def at_line(line, sentence):
    return _("Line %(line)s: %(sentence)s") % {"line": line, "sentence": sentence}
