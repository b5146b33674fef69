"""One world, one web process and one browser session a person for all tests of pages."""
import os
import signal
import time
import urllib.error
import urllib.request
from contextlib import suppress
from unittest import mock

import pytest
from django.db import connection

from accounts.models import Unit, User
from hotline import supervise
from hotline.home import Home, free_port
from tests.pages import examine, table
from tests.pages import world as worlds
from tests.pages.visitor import Visitor
from tickets.models import Category


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    with worlds.made(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="package")
def site(world, django_db_blocker):
    """The address of the product's own web server, started as `make run` does, on the rows of this world."""
    with django_db_blocker.unblock():
        database = connection.settings_dict["NAME"]
    home, port = Home(), free_port()
    served = {"DJANGO_SETTINGS_MODULE": "tests.pages.served", "SERVED_DATABASE": database}
    web = [child for child in supervise.children(home, port) if child.name not in ("worker", "beat")]
    with mock.patch.dict(os.environ, served):
        for child in web:
            child.log = home.logs / f"pages-{child.name}.log"
            child.start()
    try:
        wait_until_it_answers(port, web)
        yield f"http://127.0.0.1:{port}"
    finally:
        for child in web:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait(30)


@pytest.fixture(scope="package")
def visit(browser, world, site):
    """visit("op"): the one browser session of this person; visit("") has not signed in."""
    visitors, last = {}, []

    def of(who=""):
        if last and last[-1] != who:
            visitors[last.pop()].rest()
        last[:] = [who]
        if who not in visitors:
            visitors[who] = Visitor(browser, site, who, world.sessions.get(who, ""))
        return visitors[who]

    yield of
    for visitor in visitors.values():
        visitor.context.close()


@pytest.fixture
def newcomer(browser, world, site):
    """newcomer("op"): a browser session that has kept nothing yet."""
    visitors = []

    def of(who=""):
        visitors.append(Visitor(browser, site, who, world.sessions.get(who, "")))
        return visitors[-1]

    yield of
    for visitor in visitors:
        visitor.context.close()


@pytest.fixture(scope="package")
def words(world, django_db_blocker):
    with django_db_blocker.unblock():
        names = [*User.objects.values_list("username", flat=True), *Unit.objects.values_list("code", flat=True),
                 *Unit.objects.values_list("name", flat=True), *Category.objects.values_list("name", flat=True)]
        return examine.Words(world.words(), names)


@pytest.fixture(scope="package")
def visits(world, django_db_blocker):
    with django_db_blocker.unblock():
        return table.visits(world)


@pytest.fixture(scope="package")
def sampled(visits):
    """By language: what is opened of them."""
    languages = (examine.CHINESE, examine.ENGLISH)
    return {language: visits if examine.WHOLE else table.sample(visits, language) for language in languages}


@pytest.fixture(scope="package")
def known():
    return examine.Known()


@pytest.fixture
def examiner(words, known):
    return examine.Examiner(words, known)


def wait_until_it_answers(port, web):
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        assert all(child.process.poll() is None for child in web), web[0].log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the web server did not come up: {web[0].log.read_text()[-3000:]}")
