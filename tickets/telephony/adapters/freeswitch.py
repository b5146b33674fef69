"""FreeSWITCH, by the inbound event socket (mod_event_socket): we connect, say the password, and are told of channels.

A call has a channel for the caller and one for each telephone that rings; they share `Channel-Call-UUID`, which is the
caller's channel. That a telephone rings or is lifted is told by its own channel, that the call is over by the caller's.
"""
from urllib.parse import unquote

from tickets.telephony.adapters.lines import Line, Unreachable, headers, instant, one_line

EVENTS = "CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE RECORD_STOP"
RINGING = {"CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA"}


def translate(said, now):
    """Our event out of the headers of one of theirs; None when it tells us nothing."""
    name, channel = said.get("Event-Name", ""), said.get("Unique-ID", "")
    call = said.get("Channel-Call-UUID") or channel
    if not call:
        return None
    told = _what(name, channel == call, said)
    if told is None:
        return None
    at = instant(_seconds(said.get("Event-Date-Timestamp", "")), now)
    number = f"{said.get('Core-UUID', '')}-{said.get('Event-Sequence') or name}-{channel}"
    return {"event_id": number[:100], "call_id": call[:100], "at": at.isoformat()} | told


def _what(name, is_callers, said):
    outgoing = {"direction": "out"} if said.get("variable_hotline_direction") == "out" else {}
    if name in RINGING and not is_callers:
        return {"event": "ringing", "extension": said.get("Caller-Destination-Number", ""),
                "number": said.get("Caller-Caller-ID-Number", "")} | outgoing
    if name == "CHANNEL_ANSWER" and not is_callers:
        return {"event": "answered", "extension": said.get("Caller-Destination-Number", ""),
                "number": said.get("Caller-Caller-ID-Number", "")} | outgoing
    if name == "CHANNEL_HANGUP_COMPLETE" and is_callers:
        return {"event": "hung_up"} | outgoing
    if name == "RECORD_STOP" and said.get("Record-File-Path"):
        return {"event": "recording_ready", "recording": said["Record-File-Path"].rpartition("/")[2][:300]}
    return None


def _seconds(microseconds):
    return microseconds[:-6] + "." + microseconds[-6:] if microseconds.isascii() and microseconds.isdigit() else ""


def read(line):
    """(headers, body) of the next message."""
    outer = headers(line.until(b"\n\n"))
    length = outer.get("Content-Length", "0")
    return outer, line.exactly(int(length)) if length.isascii() and length.isdigit() and len(length) < 9 else ""


def answer(line):
    """The reply to a command; events that come in between are not ours yet."""
    while True:
        outer, body = read(line)
        kind = outer.get("Content-Type", "")
        if kind == "command/reply":
            return outer.get("Reply-Text", "")
        if kind == "api/response":
            return body.strip()
        if kind in ("text/disconnect-notice", "text/rude-rejection"):
            raise Unreachable("FreeSWITCH does not let us in")


def connect(config):
    line = Line(config["address"])
    try:
        outer, _body = read(line)
        if outer.get("Content-Type") != "auth/request":
            raise Unreachable("this is no event socket")
        _asked(line, f"auth {one_line(config['password'])}")
    except Unreachable:
        line.socket.close()
        raise
    return line


def _asked(line, command):
    line.send(f"{command}\n\n")
    reply = answer(line)
    if not reply.startswith("+OK"):
        raise Unreachable(f"refused: {reply[:60]}")
    return reply


def listen(config, take, *, clock, goes_on=lambda: True, beat=1.0):
    """Hand every event to `take(body)` until `goes_on()` says no; raises Unreachable when the line is lost."""
    with connect(config) as line:
        _asked(line, f"event plain {EVENTS}")
        while goes_on():
            if line.is_silent(beat):
                continue
            outer, body = read(line)
            if outer.get("Content-Type") == "text/disconnect-notice":
                raise Unreachable("FreeSWITCH said good-bye")
            if outer.get("Content-Type") == "text/event-plain":
                said = {name: unquote(value) for name, value in headers(body).items()}
                if told := translate(said, clock()):
                    take(told)


def originate(config, extension, number):
    with connect(config) as line:
        _asked(line, f"api originate {{hotline_direction=out,origination_caller_id_number={one_line(number)}}}"
                     f"user/{one_line(extension)} &bridge(loopback/{one_line(number)})")
