"""One migrated folder for all fault tests of a run; each module works on a copy of it, with servers of its own."""
import json

import pytest

from tests.faults.site import Site, copy_of

FAST = {"fsync": "off", "synchronous_commit": "off"}  # while the template is made, not in the tests


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("faults") / "template", **FAST)
    with site.servers:
        done = site.manage("prepare")
        assert done.returncode == 0, done.stderr
        cast = site.play("cast")
    (site.home.path / "cast.json").write_text(json.dumps(cast))
    yield site
    site.remove()


@pytest.fixture(scope="module")
def cast(template):
    """What a client needs: {"sessions": {role: key}, "tokens": {role: key}}."""
    return json.loads((template.home.path / "cast.json").read_text())


@pytest.fixture(scope="module")
def site(template, tmp_path_factory):
    site = copy_of(template, tmp_path_factory.mktemp("faults") / "site").open()
    yield site
    site.close()
