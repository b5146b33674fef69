"""The acts of the crash loop: what people ask of pages and API, looks at the deadlines, looks of the relay.

Each request is answered by the product itself, in this process: middleware, form, rules, rows, answer.
"""
import json
import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.test import Client

from accounts import tokens
from accounts.instant import database_now
from dispatch.tasks import sweep_now
from notices import relay
from notices.actions import tell, tell_citizen
from notices.tasks import relay_now
from tests import factories
from tests.faults.client import MATTER
from tests.faults.crash import Act, Story
from tests.faults.scenes import players, session_of
from tests.tickets.bodies import ANSWERS, body_for
from tickets.api_forms import inputs_of
from tickets.models import IdempotencyKey, Ticket
from tickets.steps import STEPS

SERIAL = count(1)
LOCAL = {"SERVER_NAME": "localhost"}
OK = 200


@dataclass
class Subject:
    key: str
    made: list = field(default_factory=list)  # ids of its tickets, when no act registers one

    def tickets(self):
        ids = self.made or IdempotencyKey.objects.filter(key=self.key).values("ticket")
        return list(Ticket.objects.filter(pk__in=ids).order_by("pk"))


@cache
def people():
    """The cast, and somebody of the unit that helps."""
    cast = vars(players())
    helper = cast.get("li.hb") or factories.make_user("LI", "HB", username="li.hb")  # another scene may have been here
    return SimpleNamespace(**cast, hb=helper)


@cache
def clients(role):
    person, now = getattr(people(), role), database_now()
    browser = Client(**LOCAL)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(person, now)
    return browser, Client(headers={"Authorization": f"Token {tokens.issue(user=person, now=now)[0]}"}, **LOCAL)


def call(role, path, body, **headers):
    answer = clients(role)[1].post(f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)
    if answer.status_code in (400, 403, 422):
        raise AssertionError(f"{path} of {role}: {answer.content.decode()}")
    return answer.status_code


def begin_with(make=None, ago=timedelta(0)):
    """A subject that a function of tests/factories.py has brought so far; without one, nothing yet."""
    def begin():
        made = [make(people(), now=database_now() - ago).pk] if make else []
        return Subject(f"crash-{os.getpid()}-{next(SERIAL)}", made)

    return begin


# --- what people ask ----------------------------------------------------------------------------------------------


def registered(**fields):
    """The second request with the same key brings the same ticket."""
    def prepare(subject):
        body = MATTER | {"content": f"{MATTER['content']} {subject.key}"} | fields
        return lambda: call("op", "/tickets/", body, **{"Idempotency-Key": subject.key})

    return Act("register", prepare, good=(201,), again=(OK,))


def on_the_page(act, **fields):
    """The operator's screen: register and submit, or answer, in one go."""
    def prepare(subject):
        body = MATTER | {"key": subject.key, "act": act, "need_reply": "true"} | fields
        return lambda: clients("op")[0].post("/tickets/new/", body).status_code

    return Act(f"register and {act}", prepare, good=(302,), again=(302,))


def step(name, role, body=None, **fields):
    """A step through the API; the version says that the second request is the first one once more."""
    def prepare(subject):
        (ticket,) = subject.tickets()
        whole = body_for(name, ticket, database_now()) if body is None else body(subject) if callable(body) else body
        whole = in_json(name, whole | fields)
        path, version = f"/tickets/{ticket.ticket_no}/{name}/", f'"{ticket.version}"'
        return lambda: call(role, path, whole, **{"If-Match": version})

    return Act(name, prepare)


def in_json(name, body):
    """What a page sends as "yes" is true in the API."""
    inputs = inputs_of(STEPS[name].form)
    return {word: value in ("yes", "True") if inputs[word].type == "boolean" and isinstance(value, str) else value
            for word, value in body.items()}


def proposed(name, first, second, **fields):
    """One person proposes, another one confirms."""
    return named(f"propose {name}", step(name, first, **fields)), named(f"confirm {name}", step(name, second, {}))


def named(name, act):
    return replace(act, name=name)


def on_the_way(*acts):
    return tuple(replace(act, crashes=False) for act in acts)


# --- looks --------------------------------------------------------------------------------------------------------


def due_at_once():
    """Two tickets of which something happens by itself: one counts as signed, one gets a supervision order."""
    now, p = database_now(), people()
    signed = factories.dispatched(p, now=now - timedelta(minutes=61))
    late = factories.in_hand(p, now=now - timedelta(minutes=1685))
    return Subject("due", [signed.pk, late.pk])


def look(subject):
    def request():
        assert sweep_now().finished
        return OK

    return request


def messages_waiting():
    """Crowds that become digests, text messages to a person and to a citizen; what waited before has left."""
    while relay_now().claimed:
        pass
    now, serial = database_now(), next(SERIAL)
    for number in range(6):
        tell([people().li], cause=f"crowd:{serial}:{number}", kind="warning", channels=("inapp", "sms"), now=now,
             params={"clock": "Response", "due": now.isoformat(), "rung": "warn"})
    tell([people().sv], cause=f"alone:{serial}", kind="escalation", channels=("inapp", "sms"), now=now,
         params={"clock": "Response", "due": now.isoformat(), "rung": "L1"})
    tell_citizen("13900139000", cause=f"citizen:{serial}", kind="refused", ticket_no="", params={"channel": "110"}, now=now)
    return Subject("messages")


def relayed(subject):
    def request():
        relay.relay(now=database_now())
        return OK

    return request


def relayed_later():
    """What a killed relay had claimed comes back when its lease is over."""
    relay.relay(now=database_now() + relay.LEASE + timedelta(seconds=1))
    return OK


def messages_left():
    log = Path(settings.HOTLINE_DATA) / "sms.log"
    return len(log.read_bytes().splitlines()) if log.exists() else 0


# --- the stories --------------------------------------------------------------------------------------------------

UNHAPPY, HAPPY = ANSWERS[1], ANSWERS[0]
SWEEP = Story(due_at_once, (Act("sweep", look, again=(OK,), commits="among others"),))
RELAY = Story(messages_waiting, (
    Act("relay", relayed, again=(OK,), later=relayed_later, commits="in parts", count=messages_left),))
INTAKE_PAGE = Story(begin_with(), (on_the_page("submit"),))
LIFE = Story(begin_with(), (
    registered(), step("submit", "op"), step("approve", "rv"),
    step("dispatch", "dp", lead_unit="ZJ", co_units=["HB"]), step("sign", "li"), step("record_contact", "hd"),
    step("remind", "op"), step("acknowledge_reminders", "li"), step("answer_part", "hb"),
    step("issue_supervision", "sv"), step("answer_supervision", "li"), step("close_supervision", "sv"),
    *proposed("request_extension", "hd", "ul"), step("decide_extension", "sv"),
    step("submit_reply", "ul"), step("approve_reply", "rv"), step("callback_no_answer", "cb"),
    step("record_outcome", "cb", UNHAPPY), step("order_redo", "cb"),
    *on_the_way(step("record_contact", "hd"), step("submit_reply", "ul"), step("approve_reply", "rv")),
    named("record_outcome, happy", step("record_outcome", "cb", HAPPY)), step("close_satisfied", "cb"),
))
RETURN = Story(begin_with(factories.in_dispatch), (
    *on_the_way(step("dispatch", "dp", lead_unit="ZJ")), step("request_return", "li"), step("approve_return", "dp"),
))
RULING = Story(begin_with(factories.dispatched), (
    *on_the_way(step("request_return", "li")), step("escalate_return", "dp"), step("designate", "sv", lead_unit="ZJ"),
))
# The relay first: nothing else waits to be told then.
ALWAYS = (RELAY, SWEEP, INTAKE_PAGE, LIFE, RETURN, RULING)
