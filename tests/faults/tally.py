"""What was done to the product and what it lost or did twice, told at the end of a run: a plugin of tests/conftest.py.

A test says it with the fixture `tally`; it travels on the test's report, so that it also comes from another process.
"""
import os
from dataclasses import dataclass

import pytest

WHOLE = os.environ.get("HOTLINE_FAULTS") == "whole"  # make faults
RUN: list["Row"] = []


@dataclass
class Row:
    fault: str
    injections: int
    lost: int
    doubled: int


@pytest.fixture
def tally(request):
    """tally(fault, injections, lost=0, doubled=0): each kill, stop, flush, jump or broken row counts once."""
    def say(fault, injections, lost=0, doubled=0):
        request.node.user_properties.append(("fault", [fault, injections, lost, doubled]))

    return say


def pytest_runtest_logreport(report):
    if report.when == "call":
        RUN.extend(Row(*said) for name, said in report.user_properties if name == "fault")


def total():
    return Row("in all", *(sum(getattr(row, name) for row in RUN) for name in ("injections", "lost", "doubled")))


def pytest_terminal_summary(terminalreporter):
    if not RUN:
        return
    terminalreporter.section("faults")
    width = max(len(row.fault) for row in RUN)
    terminalreporter.write_line(f"{'fault':<{width}} {'injections':>11} {'lost':>6} {'doubled':>8}")
    for row in [*RUN, total()]:
        terminalreporter.write_line(f"{row.fault:<{width}} {row.injections:>11} {row.lost:>6} {row.doubled:>8}")
