"""Adapters against scripted telephone systems that speak the real protocol on loopback."""
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.instant import database_now
from tests.telephony import scripted
from tests.telephony.scripted import PASSWORD
from tickets.management.commands import telephony as command
from tickets.models import Call, PhoneCall
from tickets.telephony import events, signing
from tickets.telephony.adapters import Unreachable, asterisk, freeswitch, webhook

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LIVE = {"user": "hotline", "password": PASSWORD}
TOLD = ["ringing", "answered", "hung_up", "recording_ready"]


def config(address, **more):
    return LIVE | {"address": address} | more


def heard(adapter, play, **more):
    """What the adapter hands on until the play is over."""
    told = []
    with scripted.server(play) as (address, faults):
        with pytest.raises(Unreachable):
            adapter.listen(config(address, **more), told.append, clock=lambda: NOW, beat=0.05)
        assert faults == []
    return told


def sound(bodies, now=NOW + timedelta(minutes=4)):
    """Each is an event that the API would take."""
    for body in bodies:
        form = events.EventForm(body, now=now)
        assert form.is_valid(), (body, form.errors)
    return bodies


def fs_play(*messages, in_pieces=False):
    def play(peer):
        if not scripted.fs_greets(peer):
            return
        peer.expect(b"\n\n", f"event plain {freeswitch.EVENTS}")
        peer.send("Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n")
        for message in messages:
            peer.send_in_pieces(message) if in_pieces else peer.send(message)
    return play


@pytest.mark.parametrize("in_pieces", [False, True])
def test_freeswitch_tells_of_a_call(in_pieces):
    told = sound(heard(freeswitch, fs_play(*scripted.fs_call(), in_pieces=in_pieces)))

    assert [body["event"] for body in told] == TOLD
    assert {body["call_id"] for body in told} == {"a-leg"} and len({body["event_id"] for body in told}) == 4
    assert (told[0]["extension"], told[0]["number"]) == ("8001", "+86 13800138000")
    assert told[0]["at"] == "2026-03-02T04:00:01+00:00" and told[3]["recording"] == "c 1.wav"


def test_freeswitch_refuses_a_wrong_password():
    with scripted.server(scripted.fs_greets) as (address, _faults), pytest.raises(Unreachable, match="refused"):
        freeswitch.listen(config(address, password="wrong"), print, clock=lambda: NOW)


def test_freeswitch_is_asked_to_dial():
    asked = []

    def play(peer):
        scripted.fs_greets(peer)
        asked.append(peer.read(b"\n\n"))
        peer.send("Content-Type: api/response\nContent-Length: 14\n\n+OK 1234-5678\n")

    with scripted.server(play) as (address, _faults):
        freeswitch.originate(config(address), "8001", "13800138000")

    assert asked == ["api originate {hotline_direction=out,origination_caller_id_number=13800138000}"
                     "user/8001 &bridge(loopback/13800138000)"]


def test_freeswitch_that_cannot_dial_says_so():
    def play(peer):
        scripted.fs_greets(peer)
        peer.read(b"\n\n")
        peer.send("Content-Type: api/response\nContent-Length: 22\n\n-ERR USER_NOT_REGISTER")

    with scripted.server(play) as (address, _faults), pytest.raises(Unreachable):
        freeswitch.originate(config(address), "8001", "13800138000")


def ami_play(*messages, in_pieces=False):
    def play(peer):
        if scripted.ami_greets(peer):
            for message in messages:
                peer.send_in_pieces(message) if in_pieces else peer.send(message)
    return play


@pytest.mark.parametrize("in_pieces", [False, True])
def test_asterisk_tells_of_a_call(in_pieces):
    told = sound(heard(asterisk, ami_play(*scripted.ami_call(), in_pieces=in_pieces)))

    assert [body["event"] for body in told] == TOLD
    assert {body["call_id"] for body in told} == {"1772424000.7"} and len({body["event_id"] for body in told}) == 4
    assert (told[1]["extension"], told[1]["number"], told[3]["recording"]) == ("8001", "13800138000", "c1.wav")


def test_asterisk_tells_of_a_transfer():
    message = scripted.ami_block(Event="BlindTransfer", Result="Success", Linkedid="7.1", Extension="120")

    assert [body["to"] for body in sound(heard(asterisk, ami_play(message)))] == ["120"]


def test_the_same_message_of_asterisk_is_the_same_event():
    first, again = (heard(asterisk, ami_play(scripted.ami_call()[1]))[0] for _time in range(2))

    assert first == again


def test_asterisk_refuses_a_wrong_password():
    with scripted.server(scripted.ami_greets) as (address, _faults), pytest.raises(Unreachable, match="Authentication failed"):
        asterisk.listen(config(address, password="wrong"), print, clock=lambda: NOW)


def test_asterisk_is_asked_to_dial():
    asked = []

    def play(peer):
        scripted.ami_greets(peer)
        asked.append(scripted.ami_read(peer))
        peer.send(scripted.ami_block(Event="Newchannel") + scripted.ami_block(Response="Success", Message="Originate queued"))

    with scripted.server(play) as (address, _faults):
        asterisk.originate(config(address), "8001", "13800138000")

    assert asked[0] == {"Action": "Originate", "Channel": "PJSIP/8001", "Exten": "13800138000", "Context": "outbound",
                        "Priority": "1", "CallerID": "13800138000", "Async": "true"}


@pytest.mark.parametrize("adapter", [freeswitch, asterisk])
@pytest.mark.parametrize("number", ["138\r\nAction: Logoff", "1}user/9", "", "1 2", "1\n\n"])
def test_no_number_becomes_a_command(adapter, number):
    heard = []

    def play(peer):
        (scripted.fs_greets if adapter is freeswitch else scripted.ami_greets)(peer)
        heard.append(peer.line.recv(4096))

    with scripted.server(play) as (address, _faults), pytest.raises(Unreachable):
        adapter.originate(config(address), "8001", number)
    assert set(heard) <= {b""}


@pytest.mark.parametrize("adapter", [freeswitch, asterisk])
@pytest.mark.parametrize("said", ["HTTP/1.1 400 Bad Request\r\n\r\n\r\n", "", "Content-Length: 99999999\n\n\r\n\r\n"])
def test_something_else_on_that_port(adapter, said):
    with scripted.server(lambda peer: peer.send(said)) as (address, _faults), pytest.raises(Unreachable):
        adapter.listen(config(address), print, clock=lambda: NOW)


@pytest.mark.parametrize("address", ["", "nowhere", "127.0.0.1:", "127.0.0.1:1", "127.0.0.1:99999", ":x"])
def test_nobody_there(address):
    with pytest.raises(Unreachable):
        freeswitch.listen(config(address), print, clock=lambda: NOW)


def test_listening_ends_when_it_is_asked_to():
    rounds = iter([True, True, False])

    def play(peer):
        scripted.ami_greets(peer)
        peer.read(b"good-bye")  # says nothing more

    with scripted.server(play) as (address, _faults):
        asterisk.listen(config(address), print, clock=lambda: NOW, goes_on=lambda: next(rounds), beat=0.01)


words = st.dictionaries(st.sampled_from([
    "Event-Name", "Unique-ID", "Channel-Call-UUID", "Event-Date-Timestamp", "Record-File-Path", "Event", "Linkedid", "Uniqueid",
    "DestChannel", "DialStatus", "Timestamp", "Extension", "Result", "Variable", "Value"]),
    st.one_of(st.text(max_size=40), st.sampled_from(["CHANNEL_ANSWER", "RECORD_STOP", "DialBegin", "Hangup", "x", "1e400", "nan"])))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=words)
def test_no_message_breaks_a_translation(said):
    for told in (freeswitch.translate(said, NOW), asterisk.Translator().translate(said, NOW), webhook.translate(said, NOW)):
        assert told is None or told["event"]


# --- signed JSON over HTTP -----------------------------------------------------------------------------------------------


def test_any_other_system_is_asked_to_dial_with_a_signature():
    with scripted.dialler() as (url, heard):
        webhook.originate(config(url), "8001", "13800138000")

    headers, raw = heard[0]
    assert json.loads(raw) == {"extension": "8001", "number": "13800138000"}
    assert signing.is_signed(PASSWORD, headers, raw)


def test_a_system_that_refuses_or_is_none():
    with scripted.dialler(503) as (url, _heard), pytest.raises(Unreachable):
        webhook.originate(config(url), "8001", "1")
    for url in ("file:///etc/passwd", "http://127.0.0.1:9/", "nonsense", "http://[/"):
        with pytest.raises(Unreachable):
            webhook.originate(config(url), "8001", "1")


def test_other_names_for_the_same_things():
    lines = ['{"type": "ring", "uuid": "u1", "eventId": "e1", "agent": "8001", "caller": "13800138000", "time": "2026-03-02T12:00:00+08:00"}',
             "no json", "[1]", '{"type": "ring"}']
    told = []

    webhook.listen({}, told.append, clock=lambda: NOW, lines=lines)

    assert [body["event"] for body in sound(told)] == ["ringing"]


# --- the command -----------------------------------------------------------------------------------------------------


def test_what_the_command_hears_is_in_the_ledger(p):
    micros = int(database_now().timestamp() * 1_000_000) - 10_000_000
    for body in heard(freeswitch, fs_play(*scripted.fs_call(micros=micros), *scripted.fs_call(micros=micros))):
        command.take(body)
    command.take({"event": "nonsense"})

    phone = PhoneCall.objects.get()
    assert (phone.source_id, phone.extension, phone.recording, phone.events.count()) == ("a-leg", "8001", "c 1.wav", 4)
    assert Call.objects.get(phone=phone).caller_number == "13800138000"


def test_the_command_wants_an_address(monkeypatch):
    monkeypatch.setattr(command.settings, "TELEPHONY", config(""))

    with pytest.raises(CommandError, match="HOTLINE_TELEPHONY_ADDRESS"):
        call_command("telephony", "asterisk")
