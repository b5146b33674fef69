"""Two administrators write the same routing rule at the same moment."""
from datetime import timedelta

import pytest

from dispatch.models import RoutingRule
from tests import factories as make
from tests.dispatch.routes import rule
from tests.factories import NOON
from tests.racing import lost, race, won

DAY = timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_written():
    p = make.make_people()

    results = race(lambda: rule(p), lambda: rule(p, lead=None, valid_to=NOON + DAY))

    assert (len(won(results)), lost(results), RoutingRule.objects.count()) == (1, ["Overlaps"], 1)
