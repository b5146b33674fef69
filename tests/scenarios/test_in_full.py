"""The published days in full, and by several processes: rows that are committed, so in a module without the crowd."""
import os
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.instant import database_now
from followup.models import CallbackTask
from hotline.scenarios.plan import SCENARIOS
from insights.published.measured import PLAYED
from tests import audited
from tests import factories as make
from tests.scenarios.test_scenarios import PASSWORD, remove_outcome
from tickets.models import Ticket


@pytest.fixture
def committed_demo(transactional_db, settings):
    """What it writes is emptied by TRUNCATE, so the triggers against that stay off."""
    settings.HOTLINE_DEMO, settings.PRODUCTION, settings.HOTLINE_DEMO_PASSWORD = True, False, PASSWORD
    make.load_reference()


def broken_but_for_truncate():
    return audited.broken(database_now()).keys() - {"I12"}


@pytest.mark.slow
def test_several_processes_play_the_same(committed_demo):
    scenario = SCENARIOS["nantong"].shrunk(0.003)
    call_command("load_scenario", "nantong", "--share", "0.003", "--jobs", "2", stdout=StringIO(), verbosity=0)

    assert Ticket.objects.count() == scenario.tickets
    assert broken_but_for_truncate() == set()


PRINTED = {
    "xiaogan": ("20,526 <- 20,526  as published", "860 <- 860  as published", "60% <- 60.00% (12,316/20,526)",
                "21% <- 21.00% (4,310/20,526)", "4% <- 4.00% (821/20,526)", "15% <- 15.00% (3,079/20,526)",
                "62% <- 62.00% (12,726/20,526)", "31% <- 31.00% (6,363/20,526)", "7% <- 7.00% (1,437/20,526)",
                "100% <- 100.00% (7,800/7,800)"),
    "nantong": ("6,407 <- 6,407  as published", "8.69% <- 8.69% (557/6,407)", "910 <- 915.3 (6,407/7"),
    "chengdu_hour": ("59.96% <- 59.96% (1,066/1,778)", "59.9% <- 59.96% (1,066/1,778); cut off: 59.9%  as published",
                     "59.9% <- 59.96% (412,461/687,921); cut off: 59.9%  as published"),
}


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("HOTLINE_SCENARIOS") != "whole", reason="make scenarios plays them in full")
@pytest.mark.parametrize("name", SCENARIOS)
def test_in_full_the_published_figures_are_printed(committed_demo, name):
    out = StringIO()
    call_command("load_scenario", name, "--jobs", "2", stdout=out, verbosity=1)
    said = out.getvalue()
    print(said)

    for line in PRINTED[name]:
        assert line in said
    assert broken_but_for_truncate() == set()
    if name == "xiaogan":
        remove_outcome(CallbackTask.objects.order_by("pk").first())
        found = audited.broken(database_now())
        assert {found[code][0] for code in found.keys() - {"I12"}} == {1}
        assert any("99.99% (7,799/7,800)" in line.recomputed for line in PLAYED[name].measure())
