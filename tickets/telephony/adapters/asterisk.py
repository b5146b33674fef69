"""Asterisk, by the manager interface (AMI): we log in and are told of dialling, answering and hanging up.

A call is its `Linkedid`, the channel that began it. Messages carry no number of their own, so one is made of what they say:
the same message is the same event.
"""
import hashlib
import re

from tickets.telephony.adapters.lines import Line, Unreachable, headers, instant, one_line

CHANNEL = re.compile(r"[A-Za-z0-9]+/(?P<extension>[0-9]{2,8})(?:[-@].*)?\Z")
KNOWN = 10_000  # names of recordings that wait for their end


class Translator:
    """Remembers only where a recording goes: Asterisk names the file when it begins and not when it ends."""

    def __init__(self):
        self.files: dict[str, str] = {}

    def translate(self, said, now):
        """Our event out of the headers of one of theirs; None when it tells us nothing."""
        name = said.get("Event", "")
        call = said.get("DestLinkedid") or said.get("Linkedid", "")
        if not call:
            return None
        if name == "VarSet" and said.get("Variable") == "MIXMONITOR_FILENAME" and len(self.files) < KNOWN:
            self.files[call] = said.get("Value", "").rpartition("/")[2][:300]
        told = self._what(name, call, said)
        if told is None:
            return None
        channel = said.get("DestUniqueid") or said.get("Uniqueid", "")
        made = hashlib.sha256(f"{name}|{call}|{channel}|{said.get('Extension', '')}".encode()).hexdigest()[:40]
        at = instant(said.get("Timestamp", ""), now)
        return {"event_id": f"ami-{made}", "call_id": call[:100], "at": at.isoformat()} | told

    def _what(self, name, call, said):
        if name == "DialBegin" or name == "DialEnd" and said.get("DialStatus") == "ANSWER":
            extension = extension_of(said.get("DestChannel", ""))
            return extension and {"event": "ringing" if name == "DialBegin" else "answered", "extension": extension,
                                  "number": said.get("CallerIDNum", "")} or None
        if name == "Hangup" and said.get("Uniqueid") == said.get("Linkedid"):
            return {"event": "hung_up"}
        if name == "BlindTransfer" and said.get("Result") == "Success" and said.get("Extension"):
            return {"event": "transferred", "to": said["Extension"][:20]}
        if name == "MixMonitorStop" and self.files.get(call):
            return {"event": "recording_ready", "recording": self.files.pop(call)}
        return None


def extension_of(channel):
    """8001 of PJSIP/8001-0000002a; "" for a line to the outside."""
    found = CHANNEL.match(channel)
    return found["extension"] if found else ""


def connect(config):
    line = Line(config["address"])
    try:
        if not line.until(b"\r\n").startswith("Asterisk Call Manager"):
            raise Unreachable("this is no manager interface")
        _asked(line, Action="Login", Username=one_line(config["user"]), Secret=one_line(config["password"]),
               Events="call,dialplan")
    except Unreachable:
        line.socket.close()
        raise
    return line


def _asked(line, **said):
    line.send("".join(f"{name}: {value}\r\n" for name, value in said.items()) + "\r\n")
    while True:  # events may come before the answer
        message = headers(line.until(b"\r\n\r\n"))
        if "Response" in message:
            break
    if message["Response"] != "Success":
        raise Unreachable(f"refused: {message.get('Message', '')[:60]}")


def listen(config, take, *, clock, goes_on=lambda: True, beat=1.0):
    """Hand every event to `take(body)` until `goes_on()` says no; raises Unreachable when the line is lost."""
    translator = Translator()
    with connect(config) as line:
        while goes_on():
            if line.is_silent(beat):
                continue
            if told := translator.translate(headers(line.until(b"\r\n\r\n")), clock()):
                take(told)


def originate(config, extension, number):
    with connect(config) as line:
        _asked(line, Action="Originate", Channel=f"PJSIP/{one_line(extension)}", Exten=one_line(number), Context="outbound",
               Priority="1", CallerID=one_line(number), Async="true")
