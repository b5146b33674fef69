"""A file of the city's platform as entries: an Excel workbook or JSON, told apart by its content.

Nothing of it is believed: the workbook is unpacked by dispatch/feedback/files.py, the JSON has a size and no surprises.
"""
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from dispatch.feedback import files
from dispatch.feedback.files import BadFile, folded, names_of
from followup.city.rows import RESULTS
from followup.ratings import Satisfied, Solved
from tickets.api_body import is_storable, object_without_doubles, refuse_constant
from tickets.calendars import LOCAL
from tickets.choices import Outcome

MOST = 500
LONGEST_NOTE = 500
# field: (head, what else a file calls it); the first three must be there
COLUMNS = {
    "ticket_no": (gettext_lazy("Ticket no."), (*files.ALSO_NUMBER, "ticket_no")),
    "result": (gettext_lazy("City callback result"), ("市级回访 结果", "回访结果", "结果", "Result", "outcome")),
    "at": (gettext_lazy("Time of the call"), ("市级回访时间", "回访时间", "时间", "at", "Called at")),
    "solved": (gettext_lazy("Solved"), ("是否解决", "解决情况", "solved")),
    "satisfied": (gettext_lazy("Satisfied"), ("是否满意", "满意度", "满意情况", "satisfied")),
    "note": (gettext_lazy("Note"), ("备注", "说明", "note")),
}
MUST = 3
ALSO_RESULT = {
    Outcome.POSITIVE: ("满意", "基本满意", "解决", "已解决", "基本解决", "解决且满意", "Satisfied", "Solved"),
    Outcome.NEGATIVE: ("不满意", "未解决", "未解决或不满意", "Unsatisfied", "Unsolved"),
    Outcome.NEUTRAL: ("不评价", "未评价", "No rating"),
    Outcome.REFUSED: ("拒绝回访", "拒访", "Refused"),
    Outcome.UNREACHABLE: ("无法联系", "未接通", "无人接听", "Unreachable"),
}
ALSO_SOLVED = {Solved.SOLVED: ("已解决", "解决", "是"), Solved.BASICALLY: ("基本解决", "部分解决"),
               Solved.UNSOLVED: ("未解决", "否"), Solved.NO_COMMENT: ("不评价",)}
ALSO_SATISFIED = {Satisfied.SATISFIED: ("满意", "是"), Satisfied.BASICALLY: ("基本满意",),
                  Satisfied.UNSATISFIED: ("不满意", "否"), Satisfied.NO_COMMENT: ("不评价",)}


@dataclass(frozen=True)
class Entry:
    """What one line says, in our codes; `at` is an instant in ISO 8601."""

    line: int
    ticket_no: str
    result: str = ""
    at: str = ""
    solved: str = ""
    satisfied: str = ""
    note: str = ""
    fault: str = ""


def read(file):
    """The entries of a file. Raises BadFile."""
    if file.size > files.LARGEST:
        raise BadFile(files.too_large())
    start = file.read(4)
    file.seek(0)
    found = list(islice(of_workbook(file) if start == b"PK\x03\x04" else of_json(file.read()), MOST + 1))
    if not found:
        raise BadFile(_("There is no callback in the file."))
    if len(found) > MOST:
        raise BadFile(_("The file has more than %(count)d lines.") % {"count": MOST})
    return found


def of_workbook(file) -> Iterator[Entry]:
    for line, cells in files.lines_of_sheet(files.checked_copy(file), list(COLUMNS.values()), least=MUST):
        number = files.number_in(cells[0])
        if files.calculated(*cells):
            yield Entry(line, number, fault=files.no_formula())
            continue
        moment = getattr(cells[2], "value", None)
        rest = [files.said(cell) for cell in cells[3:]]
        yield entry(line, number, files.said(cells[1]), moment if isinstance(moment, datetime) else files.said(cells[2]), *rest)


def of_json(content) -> Iterator[Entry]:
    """A list of objects, or an object with one list in it; their names are heads of columns."""
    try:
        said = json.loads(content.decode("utf-8-sig"), object_pairs_hook=object_without_doubles, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadFile(_("This is neither an Excel workbook (.xlsx) nor JSON in UTF-8.")) from error
    lists = [said] if isinstance(said, list) else [one for one in said.values() if isinstance(one, list)] if isinstance(
        said, dict) else []
    if len(lists) != 1:
        raise BadFile(_("The JSON is one list of callbacks."))
    names = {name: field for field, head in COLUMNS.items() for name in names_of(*head)}
    for line, one in enumerate(lists[0], start=1):
        yield of_object(line, one, names)


def of_object(line, one, names):
    if not isinstance(one, dict):
        return Entry(line, "", fault=_("This is no callback: an object with names and values is expected."))
    given = dict.fromkeys(COLUMNS, "")
    for name, value in one.items():
        if (field := names.get(folded(name))) and value is not None:
            given[field] = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else "?"
    return entry(line, given["ticket_no"][:40], *(given[field] for field in list(COLUMNS)[1:]))


def entry(line, number, result, at, solved, satisfied, note):
    """Words of people as our codes. What the result says more exactly than a result can is kept as satisfaction."""
    if not all(is_storable(text) for text in (number, result, str(at), solved, satisfied, note)):
        return Entry(line, "", fault=_("This contains characters that are no text."))
    moment, found = instant(at), Entry(line, number, note=note)
    code, solved_code = coded(result, Outcome, ALSO_RESULT), coded(solved, Solved, ALSO_SOLVED)
    satisfied_code = coded(satisfied or result_as_satisfaction(result), Satisfied, ALSO_SATISFIED)
    if code not in RESULTS:
        return replace(found, fault=_("The result “%(word)s” is not known.") % {"word": result[:40]} if result else _(
            "The result is missing."))
    if moment is None:
        return replace(found, fault=_("The time is no date and time, like 2026-03-02 10:30."))
    for word, one in ((solved, solved_code), (satisfied, satisfied_code)):
        if word and not one:
            return replace(found, fault=_("“%(word)s” is not known.") % {"word": word[:40]})
    if len(note) > LONGEST_NOTE:
        return replace(found, note="", fault=_("The note is longer than %(most)d characters.") % {"most": LONGEST_NOTE})
    found = replace(found, result=str(code), at=moment.isoformat(), solved=str(solved_code), satisfied=str(satisfied_code))
    return replace(found, fault=contradiction(found.result, found.solved, found.satisfied))


def contradiction(result, solved, satisfied):
    """A sentence when the ratings say something else than the result."""
    bad = solved == Solved.UNSOLVED or satisfied == Satisfied.UNSATISFIED
    rated = {solved, satisfied} - {"", Solved.NO_COMMENT}
    if (result == Outcome.POSITIVE and bad) or (result in (Outcome.REFUSED, Outcome.UNREACHABLE) and rated):
        return _("The ratings contradict the result.")
    return ""


def result_as_satisfaction(word):
    return word if folded(word) in {"满意", "基本满意", "不满意"} else ""


def coded(word, choices, also):
    """The choice that a word means in any language of the house, or ""."""
    wanted = folded(word)
    if not wanted:
        return ""
    for choice in choices:
        if wanted in {folded(name) for name in (choice.value, *also.get(choice, ()), *labels(choice))}:
            return choice
    return ""


def labels(choice):
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield str(choice.label)


def instant(said):
    """An instant; without an offset it is local time. None for what is none; a day alone is none either."""
    if not isinstance(said, datetime):
        text = folded_time(said)
        try:
            said = None if parse_date(text) else parse_datetime(text)
        except ValueError:
            return None
    if said is None or not 1900 <= said.year < 2200:
        return None
    return said.replace(tzinfo=LOCAL) if said.tzinfo is None else said


def folded_time(text):
    """2026/3/2 9:05 as people write it."""
    day, _space, clock = text.strip().replace("/", "-").partition(" ")
    return f"{day} {clock.strip()}" if clock else day
