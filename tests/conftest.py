"""What all tests share: the servers and the browser. Rows are made by the functions of tests/factories.py."""
import gc
import os

import pytest
from django.conf import settings
from django.utils import translation

from tests import get_browser, servers

pytest_plugins = ["tests.faults.tally"]
PATIENCE = 30_000  # ms for what a page has to show; a busy machine is slow, a fault is for ever


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Runs before the first test that needs rows: tests without a database do not wait for a server."""
    servers.start()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are cleaned up by TRUNCATE, which the product itself forbids on the trail."""
    import pgtrigger

    from tests.factories import load_reference
    with django_db_blocker.unblock():
        load_reference()  # once; tests that commit empty the tables and bring it back themselves
        pgtrigger.disable("tickets.TicketEvent:event_no_truncate", "accounts.AuditEntry:never_emptied")


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """Somebody of every role, made once for a module."""
    from tests import crowds
    with crowds.made_once(django_db_blocker) as people:
        yield people


@pytest.fixture(autouse=True)
def the_language_of_the_house():
    """A request leaves the language of its reader behind for who comes next."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Tests that commit come last; the first of them may be of the module that still has its crowd."""
    marker = item.get_closest_marker("django_db")
    if "transactional_db" in item.fixturenames or marker and marker.kwargs.get("transaction"):
        from tests import crowds
        crowds.leave()


@pytest.fixture
def p(crowd, db):
    """The crowd, in a transaction of the test's own."""
    return crowd


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """On one worker of `--dist loadgroup`, one after the other: tests that break servers, and those of one file that share
    a browser and the people in front of it."""
    for item in items:
        if item.get_closest_marker("faults"):
            item.add_marker(pytest.mark.xdist_group("faults"))
        elif item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item):
    """Pages share one world, and one more for the second language where all of them are looked at. Otherwise the language,
    if any, or the file."""
    folder, language = item.path.parent.name, getattr(item, "callspec", None) and item.callspec.params.get("language")
    if folder == "pages":
        return "pages/english" if language == "en" and os.environ.get("HOTLINE_PAGES") == "whole" else "pages"
    return f"{folder}/{language or item.path.stem}"


def pytest_make_parametrize_id(config, val, argname):
    """Bytes name no test: each worker makes its own, and an archive made in another second has another name on each."""
    if isinstance(val, bytes):
        raise pytest.UsageError(f"parametrize({argname!r}): give bytes a name, with ids=")


def pytest_runtestloop():
    """Thousands of collected tests and all modules stay to the end: not to be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)


def pytest_collection_finish(session):
    """A pytest that pytest-xdist does not understand would spread the groups over all workers, without a word."""
    if session.config.getoption("loadgroup", False):
        lost = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        assert not lost, f"{len(lost)} tests have lost their group, {lost[0]} first"


def pytest_unconfigure(config):
    servers.finish()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the whole run. The test fails, it does not skip, when there is none: `make test` gets one."""
    from playwright.sync_api import expect, sync_playwright
    expect.set_options(timeout=PATIENCE)
    path = get_browser.browser()
    assert path, "no Chromium found: run `make browser`, or set CHROMIUM"
    with sync_playwright() as play:
        engine = play.chromium.launch(executable_path=path, args=get_browser.FLAGS)
        yield engine
        engine.close()


@pytest.fixture(scope="session")
def web(django_db_setup, tmp_path_factory):
    """The port of the product's own web server, on the rows of this worker: pages are looked at as they are served."""
    from tests.web import server
    with server(tmp_path_factory.mktemp("web") / "web.log") as (port, _process):
        yield port


@pytest.fixture
def contexts():
    """The browser sessions of a test."""
    opened = []
    yield opened
    leave(opened)


def leave(contexts):
    while contexts:
        contexts.pop().close()


@pytest.fixture
def site(web, transactional_db, contexts):
    """Its address. It sees only what was committed."""
    from tests.web import nothing_is_under_way
    yield f"http://127.0.0.1:{web}"
    leave(contexts)  # a page that still asks for something would stand in the way of emptying the tables
    nothing_is_under_way()


@pytest.fixture
def new_page(browser, contexts):
    """A function that opens a fresh, separate browser session: each person of a story has their own."""
    def open_page(**options):
        context = browser.new_context(**{"locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    return open_page


@pytest.fixture
def page(new_page):
    return new_page()
