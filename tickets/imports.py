"""Messages of other channels, one JSON object a line, taken in through the same form as a call at the desk.

A line gives `topic`, `detail`, `time`, `message_id`, `user`; only one of topic and detail must be there. The message's
own number makes sure that it is taken in once; without one, a hash of what it says does.
"""
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils import translation
from django.utils.dateparse import parse_datetime

from tickets import intake
from tickets.calendars import LOCAL
from tickets.choices import Channel
from tickets.intake_form import IntakeForm
from tickets.models import Ticket

TITLE, CONTENT, NAME, REFERENCE = 40, 2000, 30, 64  # the longest that a ticket takes
SHORTEST = 10
SHORTENED = "原文共{length}字，已截取前{kept}字。"


class BadLine(Exception):
    """What is wrong with a line, as a sentence."""


class UnknownChannel(Exception):
    """Nobody calls a channel this."""


@dataclass(frozen=True)
class Message:
    title: str
    content: str
    reference: str
    sent_at: datetime | None = None
    user: str = ""
    note: str = ""


def channel_called(name):
    """A channel by its code, or by its name in either language."""
    for channel in Channel:
        names = {str(channel.value)}
        for language in ("zh-hans", "en"):
            with translation.override(language):
                names.add(str(channel.label))
        if name.strip().casefold() in {known.casefold() for known in names}:
            return channel
    raise UnknownChannel(name)


def parse(line):
    """One line of bytes as a Message. Raises BadLine."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadLine("it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine("it is not JSON") from None
    if not isinstance(row, dict):
        raise BadLine("it is not a JSON object")
    topic, detail = text_of(row, "topic"), text_of(row, "detail")
    content = detail if len(detail) >= SHORTEST else f"{topic} {detail}".strip()
    if len(content) < SHORTEST:
        raise BadLine(f"it has no text of {SHORTEST} characters" if content else "it has no text")
    note = SHORTENED.format(length=len(content), kept=CONTENT) if len(content) > CONTENT else ""
    return Message(title=topic[:TITLE], content=content[:CONTENT], reference=reference_of(row, topic, detail),
                   sent_at=instant_of(row), user=text_of(row, "user")[:NAME], note=note)


def text_of(row, name):
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise BadLine(f"{name} is not text")
    text = str(value).strip()
    if "\0" in text:
        raise BadLine(f"{name} holds NUL characters")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadLine(f"{name} holds half characters")
    return text


def reference_of(row, topic, detail):
    """The message's number at its channel, or a hash where it has none or a very long one."""
    number = text_of(row, "message_id")
    if number and len(number) <= REFERENCE:
        return number
    said = number or json.dumps([topic, detail, text_of(row, "time")], ensure_ascii=False)
    return f"sha256:{hashlib.sha256(said.encode()).hexdigest()[:48]}"


def instant_of(row):
    """When it was written, local time unless it says otherwise."""
    text = text_of(row, "time")
    try:
        moment = parse_datetime(text) if text else None
    except ValueError:
        moment = None
    if text and moment is None:
        raise BadLine(f"{text[:40]!r} is not a time")
    return moment.replace(tzinfo=LOCAL) if moment and moment.tzinfo is None else moment


def take_in(message, *, channel, by, now):
    """Register and submit it; True when it is new, False when it was taken in before. Raises BadLine.

    It is accepted now, whenever it was written: a promise to the citizen starts when the hotline learns of the matter.
    """
    if Ticket.objects.filter(channel=channel, source_ref=message.reference).exists():
        return False
    form = IntakeForm(form_data(message, channel, now), now=now, strict=True)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadLine(f"{name}: {errors[0]}")
    try:
        _ticket, created = intake.register_and_submit(by=by, now=now, source_ref=message.reference, **form.cleaned_data)
    except IntegrityError as error:
        if "ticket_taken_in_once" not in str(error):
            raise
        return False  # another import was quicker
    return created


def form_data(message, channel, now):
    past = message.sent_at and message.sent_at <= now
    return {"channel": channel.value, "title": message.title, "content": message.content, "caller_name": message.user,
            "note": message.note, "occurred_at": message.sent_at if past else None}
