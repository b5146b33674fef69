"""What a fault test does with the rows of its own site, as a process: its settings are the product's, not the tests'.

    python -m tests.faults.scenes NAME '{"argument": value}'

prints the result as JSON. NAME is a function of this module, of lapses.py, recount.py, compare.py or crash_scene.py.
"""
import json
import os
import re
import sys
import threading
from datetime import timedelta
from importlib import import_module

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "hotline.settings"
MODULES = ("tests.faults.scenes", "tests.faults.lapses", "tests.faults.recount",
           "tests.faults.compare", "tests.faults.crash_scene")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\[[^]]*\])*\)")


def cast():
    """One person a role, with a phone, a session and a token, and a roster that covers these days."""
    from django.conf import settings

    from accounts import tokens
    from accounts.instant import database_now
    from accounts.models import DutyShift
    from tests import factories

    assert not settings.HOTLINE_DEMO
    people, now, week = vars(factories.make_people()), database_now(), timedelta(days=7)
    for name, person in people.items():
        if name != "system":
            person.username, person.phone = name, "13800138000"
            person.save()
    for kind, person in (("duty_leader", people["dl"]), ("shift_leader", people["ops"])):
        DutyShift.objects.create(kind=kind, unit=factories.unit("RX"), user=person, starts_at=now - week, ends_at=now + week)
    people.pop("system")
    return {"sessions": {name: session_of(person, now) for name, person in people.items()},
            "tokens": {name: tokens.issue(user=person, now=now)[0] for name, person in people.items()}}


def session_of(person, now):
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts import sessions

    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    sessions.begin(session, now=now)
    session.save()
    return session.session_key


def addresses():
    """Every address of the URLconf, filled in with things that exist: {"pages": [...], "steps_of_the_api": [...]}."""
    from django.urls import reverse

    from accounts.instant import database_now
    from accounts.models import DutyShift, Membership, User
    from dispatch import escalation
    from dispatch.models import Escalation
    from hotline.checks import all_routes
    from tests import factories
    from tickets.steps import STEPS

    ticket = factories.in_hand(players(), now=database_now() - timedelta(hours=3))
    escalation.sweep(now=database_now())
    known = {"ticket_no": ticket.ticket_no, "step_name": "record_contact", "shift_id": DutyShift.objects.first().pk,
             "person_id": User.objects.get(username="op").pk, "membership_id": Membership.objects.first().pk,
             "escalation_id": Escalation.objects.filter(needs_ack=True).first().pk}
    found = {filled(route, known) for route, _view in all_routes()} - {reverse("tickets:live")}  # that one never ends
    steps = {address for address in found if address.startswith("/api/") and address.rstrip("/").rpartition("/")[2] in STEPS}
    return {"pages": sorted(found - steps), "steps_of_the_api": sorted(steps), "ticket_no": ticket.ticket_no}


def filled(route, known):
    """An unknown parameter becomes 1; what is left of a regular expression goes."""
    text = PARAMETER.sub(lambda found: str(known.get(found[1] or found[2], 1)), route)
    return "/" + re.sub(r"[\^$\\]|\.\*|\?$", "", text)


def players():
    """The people of `cast`, by role, as tests/factories.py wants them."""
    from types import SimpleNamespace

    from accounts.models import User

    return SimpleNamespace(**{person.username: person for person in User.objects.all()})


def look(times=1, at_once=3, pause=0.0):
    """Sweeps and relays by several threads that start together, again and again: {"fired": n, "merged": n}."""
    from time import sleep

    from django.db import connection

    from dispatch.tasks import sweep_now
    from notices.tasks import relay_now

    start, fired = threading.Barrier(at_once), []

    def run():
        for _ in range(times):
            start.wait()
            fired.append(sweep_now().fired)
            relay_now()
            sleep(pause)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"fired": sum(fired), "looks": len(fired)}


def complaints(commands):
    """What these management commands print when they end with an error."""
    from contextlib import redirect_stdout
    from io import StringIO

    from django.core.management import CommandError, call_command

    found = []
    for command in commands:
        printed = StringIO()
        try:
            with redirect_stdout(printed):
                call_command(command, stdout=printed)
        except (SystemExit, CommandError) as error:
            found.append(f"{command}: {error} {printed.getvalue()}")
    return found


def main(name, arguments):
    django.setup()
    play = next(found for module in MODULES if (found := getattr(import_module(module), name, None)))
    print(json.dumps(play(**arguments)))


if __name__ == "__main__":
    assert "HOTLINE_DATA" in os.environ, "only ever on the folder of a test"
    main(sys.argv[1], json.loads(sys.argv[2]))
