"""Tab walks through every page to its end, stops at everything one can use, and one sees where one is."""
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
MOST = 260  # stops on a page; a list of 25 rows with several links each stays below


def walk(visitor):
    """Complaints of a walk through the page that is open."""
    stops, pressed = visitor.page.evaluate("watch.beginWalk()"), 0
    while pressed < min(stops, MOST) + 3:
        visitor.page.keyboard.press("Tab")
        pressed += 1
        if pressed > stops:  # what arrived meanwhile lies on the way
            stops = visitor.page.evaluate("watch.presses()")
    found = visitor.page.evaluate("watch.endWalk()")
    return ([f"never reached: {one}" for one in found["missed"][:5]]
            + [f"focus cannot be seen: {one}" for one in found["unseen"][:5]])


def test_nothing_needs_the_mouse_and_the_focus_is_always_seen(visit, visits, examiner):
    walked = set()
    for wanted in visits:
        if wanted.name in walked or wanted.foreign:
            continue
        walked.add(wanted.name)
        visitor = visit(wanted.who)
        visitor.speak("zh-hans")
        visitor.goto(wanted.path)
        found = walk(visitor)
        if found:  # news may have brought more to walk through than there was: what cannot be reached is missed twice
            visitor.goto(wanted.path)
            found = walk(visitor)
        examiner.complaints.add(f"{wanted.who}:{wanted.path}", found)

    assert len(walked) > 20
    assert not examiner.complaints, str(examiner.complaints)


PAGE = "<!doctype html><html lang=en><title>A page</title><body><main>{body}</main>"
TRAP = """<a href=/>First</a> <button id=trap>Trap</button> <a href=/>Last</a>
<script>document.getElementById("trap").addEventListener("keydown", (event) => event.preventDefault())</script>"""


@pytest.mark.parametrize(("body", "expected"), [
    ("<a href=/>First</a> <label>Name <input></label> <button>Last</button>", ""),
    (TRAP, "never reached: <a>  Last"),
    ("<style>.plain:focus-visible { outline: 0 }</style><a href=/>First</a> <a href=/ class=plain>Last</a>",
     "focus cannot be seen: <a.plain>  Last"),
    ("<a href=/>First</a><a href=/ hidden>Hidden</a><details><summary>More</summary><a href=/>Inside</a></details>", ""),
])
def test_a_trap_and_an_unseen_focus_are_noticed(newcomer, body, expected):
    visitor = newcomer()
    visitor.page.route("**/walked/", lambda route: route.fulfill(body=PAGE.replace("{body}", body), content_type="text/html"))
    visitor.goto("/walked/")

    assert walk(visitor) == ([expected] if expected else [])
