"""One world, one web process and one browser session a person for all tests of pages."""
import pytest

from accounts.models import Unit, User
from tests.pages import examine, table
from tests.pages import world as worlds
from tests.pages.visitor import Visitor
from tests.web import server
from tickets.models import Category


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    with worlds.made(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="package")
def site(world, tmp_path_factory):
    """The address of the product's own web server on the rows of this world, with pages that fail."""
    with server(tmp_path_factory.mktemp("pages") / "web.log", "tests.pages.served") as (port, _process):
        yield f"http://127.0.0.1:{port}"


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
