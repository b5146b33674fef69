"""The crash loop as a scene: the stories one after the other, on the rows of a site where nothing else runs."""
import time
from uuid import uuid4

from accounts.instant import database_now
from notices.actions import tell
from tests.faults.compare import of_numbers
from tests.faults.crash import Act, Loop, Story, Tally
from tests.faults.rarer_stories import RARELY
from tests.faults.stories import ALWAYS, OK, begin_with, people


def crash_loop(whole):
    """{"injections": {act: n}, "lost": {act: n}, "doubled": {act: n}, "sent_again": n, "faults": […], "seconds": {…}}

    A short run asks again after up to six kills in a row, the whole one after each kill of what is always looked at.
    """
    tally, seconds = Tally(), []
    for story in (*ALWAYS, *(RARELY if whole else ())):
        begun = time.monotonic()
        Loop(story, tally, both=whole, in_a_row=1 if whole and story in ALWAYS else 6).run()
        seconds.append(round(time.monotonic() - begun, 1))
    faults = [*tally.faults, *of_numbers()]
    return {"injections": tally.injections, "lost": tally.lost, "doubled": tally.doubled,
            "sent_again": tally.sent_again, "faults": faults[:20], "seconds": seconds}


def careless():
    """What the loop says of an act that is no single transaction, and of one that does the same thing twice."""
    found = {}
    for name, causes in (("in two transactions", ("first", "second")), ("twice", ("",))):
        tally = Tally()
        Loop(Story(begin_with(), (Act(name, lambda subject, causes=causes: careless_request(subject, causes), again=(OK,)),)),
             tally, both=True, in_a_row=3).run()
        found[name] = {"lost": tally.lost[name], "doubled": tally.doubled[name], "faults": tally.faults}
    return found


def careless_request(subject, causes):
    def request():
        for cause in causes:
            tell([people().dl], cause=f"{subject.key}:{cause or uuid4()}", kind="reminder", now=database_now())
        return OK

    return request
