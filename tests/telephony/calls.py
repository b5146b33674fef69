"""What a telephone system sends, and what the tests look at."""
import json
from itertools import count

from tests.factories import NOON
from tickets.telephony import events, seats, signing

SECRET = "Kq3vZ8wXr1TgYb6NmC9pLs4DfHj7Ua2Eo5Ri0VxW"
URL = "/api/v1/telephony/events/"
_serial = count(1)


def body(event, call_id="c1", at=NOON, **more):
    return {"event_id": f"e{next(_serial)}", "event": event, "call_id": call_id, "at": at.isoformat()} | more


def take(event, call_id="c1", at=NOON, now=None, **more):
    """Through the form, as the API does it."""
    form = events.EventForm(body(event, call_id, at, **more), now=now or at)
    assert form.is_valid(), form.errors
    return events.take(now=now or at, **form.cleaned_data).call


def rings(call_id="c1", extension="8001", number="13800138000", **more):
    return take("ringing", call_id, extension=extension, number=number, **more)


def answers(call_id="c1", extension="8001", **more):
    return take("answered", call_id, extension=extension, **more)


def sits(user, extension="8001", place="on_site", now=NOON):
    return seats.sit_down(by=user, now=now, extension=extension, place=place)


def post(client, payload, now, *, secret=SECRET, raw=None, **changed):
    """A signed request, as programs send it."""
    raw = json.dumps(payload).encode() if raw is None else raw
    headers = signing.headers(secret, raw, now=now) | changed
    kind = headers.pop("Content-Type")
    return client.post(URL, raw, content_type=kind, headers=headers)
