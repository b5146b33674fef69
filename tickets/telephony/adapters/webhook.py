"""Any other telephone system: signed JSON over HTTP, both ways.

What it tells it sends to POST /api/v1/telephony/events/ itself; `listen` does that for programs that can only write lines.
To dial, it is sent `{"extension": …, "number": …}`, signed in the same way.
"""
import json
import urllib.error
import urllib.request

from accounts.instant import machine_now
from tickets.telephony import signing
from tickets.telephony.adapters.lines import ANSWER, Unreachable

NAMES = {"uuid": "call_id", "callId": "call_id", "eventId": "event_id", "type": "event", "caller": "number",
         "agent": "extension", "time": "at", "recordingUrl": "recording", "target": "to"}
KINDS = {"ring": "ringing", "alerting": "ringing", "answer": "answered", "connected": "answered", "hangup": "hung_up",
         "release": "hung_up", "record": "recording_ready", "transfer": "transferred"}


def translate(said, now):
    """Our names for what others call so; what has none is left out."""
    ours = {"event_id", "event", "call_id", "at", "extension", "number", "direction", "to", "recording"}
    told = {NAMES.get(name, name): value for name, value in said.items() if NAMES.get(name, name) in ours}
    if isinstance(told.get("event"), str):
        told["event"] = KINDS.get(told["event"], told["event"])
    return told if "event" in told and "call_id" in told else None


def send(url, secret, body, *, now):
    """POST one signed body; (status, answer). Raises Unreachable when nobody answers."""
    if not url.startswith(("http://", "https://")):
        raise Unreachable(f"{url!r} is no address of the web")
    raw = json.dumps(body, ensure_ascii=False).encode()
    try:
        request = urllib.request.Request(url, raw, signing.headers(secret, raw, now=now), method="POST")  # noqa: S310  (asked above)
        with urllib.request.urlopen(request, timeout=ANSWER) as answer:  # noqa: S310
            return answer.status, answer.read(65536).decode("utf-8", "replace")
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(65536).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error


def originate(config, extension, number):
    status, _said = send(config["address"], config["password"], {"extension": extension, "number": number}, now=machine_now())
    if status >= 300:
        raise Unreachable(f"answered {status}")


def listen(config, take, *, clock, goes_on=lambda: True, lines=()):
    """Each line of `lines` is one JSON object; a line that is none is left out."""
    for line in lines:
        if not goes_on():
            return
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and (told := translate(said, clock())):
            take(told)
