"""Telephone systems on loopback that speak the real protocol, as far as a short play goes."""
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote


@contextmanager
def server(play):
    """("127.0.0.1:port", what went wrong in the play). `play(line)` runs for each connection, one after the other."""
    faults, ears = [], socket.create_server(("127.0.0.1", 0))
    ears.settimeout(20)

    def serve():
        while True:
            try:
                near, _where = ears.accept()
            except OSError:
                return
            near.settimeout(20)
            try:
                with near:
                    play(Peer(near))
            except (AssertionError, OSError) as fault:
                faults.append(fault)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{ears.getsockname()[1]}", faults
    finally:
        ears.close()


class Peer:
    def __init__(self, line):
        self.line, self.buffer = line, b""

    def send(self, text):
        self.line.sendall(text.encode())

    def send_in_pieces(self, text, size=7):
        """A network may cut a message anywhere."""
        raw = text.encode()
        for start in range(0, len(raw), size):
            self.line.sendall(raw[start : start + size])

    def read(self, end):
        while end not in self.buffer:
            data = self.line.recv(4096)
            if not data:
                raise OSError("the client hung up")
            self.buffer += data
        found, _end, self.buffer = self.buffer.partition(end)
        return found.decode()

    def expect(self, end, wanted):
        heard = self.read(end)
        assert heard == wanted, f"{heard!r} instead of {wanted!r}"


# --- FreeSWITCH: mod_event_socket, inbound --------------------------------------------------------------------------

PASSWORD = "ClueCon-7"


def fs_greets(peer, password=PASSWORD):
    peer.send("Content-Type: auth/request\n\n")
    said = peer.read(b"\n\n")
    if said != f"auth {password}":
        peer.send("Content-Type: command/reply\nReply-Text: -ERR invalid\n\n")
        peer.send("Content-Type: text/disconnect-notice\nContent-Length: 21\n\nDisconnected, goodbye")
        return False
    peer.send("Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
    return True


def fs_event(**named):
    """An event as `event plain` writes it: values are quoted, the body has its length in front."""
    body = "".join(f"{name.replace('_', '-')}: {quote(str(value))}\n" for name, value in named.items()) + "\n"
    return f"Content-Length: {len(body)}\nContent-Type: text/event-plain\n\n{body}"


def fs_call(uuid="a-leg", extension="8001", number="+86 13800138000", micros=1772424000000000):
    """The events of one call: the caller's channel is `uuid`, the telephone's `b-leg`."""
    base = {"Core_UUID": "core1", "Channel_Call_UUID": uuid, "Caller_Caller_ID_Number": number}
    telephone = base | {"Unique_ID": "b-leg", "Caller_Destination_Number": extension, "Call_Direction": "outbound"}
    caller = base | {"Unique_ID": uuid, "Caller_Destination_Number": "12345", "Call_Direction": "inbound"}
    steps = [("CHANNEL_PROGRESS", caller, {}), ("CHANNEL_PROGRESS", telephone, {}), ("CHANNEL_ANSWER", caller, {}),
             ("CHANNEL_ANSWER", telephone, {}), ("CHANNEL_HANGUP_COMPLETE", telephone, {}),
             ("CHANNEL_HANGUP_COMPLETE", caller, {"Hangup_Cause": "NORMAL_CLEARING"}),
             ("RECORD_STOP", caller, {"Record_File_Path": "/var/recordings/2026 03/c 1.wav"})]
    return [fs_event(Event_Name=name, Event_Sequence=place, Event_Date_Timestamp=micros + place * 1_000_000, **channel, **more)
            for place, (name, channel, more) in enumerate(steps)]


# --- Asterisk: manager interface -------------------------------------------------------------------------------------


def ami_block(**said):
    return "".join(f"{name}: {value}\r\n" for name, value in said.items()) + "\r\n"


def ami_read(peer):
    return dict(line.split(": ", 1) for line in peer.read(b"\r\n\r\n").split("\r\n"))


def ami_greets(peer, secret=PASSWORD):
    peer.send("Asterisk Call Manager/5.0.2\r\n")
    said = ami_read(peer)
    assert said["Action"] == "Login", said
    if said["Secret"] != secret:
        peer.send(ami_block(Response="Error", Message="Authentication failed"))
        return False
    peer.send(ami_block(Response="Success", Message="Authentication accepted") + ami_block(Event="FullyBooted", Status="Fully Booted"))
    return True


def ami_call(linked="1772424000.7", extension="8001", number="13800138000", seconds=1772424000):
    telephone = {"Channel": "PJSIP/trunk-00000001", "Uniqueid": linked, "Linkedid": linked, "CallerIDNum": number,
                 "DestChannel": f"PJSIP/{extension}-0000002a", "DestUniqueid": "1772424000.8", "DestLinkedid": linked}
    caller = {"Channel": "PJSIP/trunk-00000001", "Uniqueid": linked, "Linkedid": linked}
    steps = [("VarSet", caller | {"Variable": "MIXMONITOR_FILENAME", "Value": "/var/spool/asterisk/monitor/c1.wav"}),
             ("DialBegin", telephone | {"DialString": extension}), ("DialState", telephone | {"DialStatus": "RINGING"}),
             ("DialEnd", telephone | {"DialStatus": "ANSWER"}), ("BridgeEnter", caller),
             ("Hangup", {"Channel": f"PJSIP/{extension}-0000002a", "Uniqueid": "1772424000.8", "Linkedid": linked}),
             ("Hangup", caller | {"Cause": "16"}), ("MixMonitorStop", caller)]
    return [ami_block(Event=name, Timestamp=f"{seconds + place}.000001", **said) for place, (name, said) in enumerate(steps)]


# --- a program that is asked to dial over HTTP -------------------------------------------------------------------------


@contextmanager
def dialler(status=200):
    """(url, [(headers, body)]) of a server that answers every POST with this status."""
    heard: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said):
            pass

    service = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{service.server_port}/dial", heard
    finally:
        service.shutdown()
        service.server_close()
