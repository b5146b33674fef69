"""The last of the fault tests (its name says so): enough was done to the product, and it lost nothing and did nothing twice."""
from pathlib import Path

import pytest

from tests.faults import tally

pytestmark = pytest.mark.faults
ENOUGH = 1000 if tally.WHOLE else 500


def test_enough_faults_were_injected_and_nothing_was_lost_or_doubled(request):
    files = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    if files - {item.path.name for item in request.session.items}:
        pytest.skip("only a part of the fault tests runs")
    found = tally.total()

    assert found.injections >= ENOUGH, found
    assert (found.lost, found.doubled) == (0, 0)
