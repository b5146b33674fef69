"""The examiner notices: a page with one fault each, served with the product's own headers."""
import pytest

from tests.pages import examine
from tests.pages.visitor import DESK

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

PAGE = """<!doctype html><html lang="{lang}" data-bs-theme="light"><head><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/vendor/tabler.min.css"></head><body><main><h1>{title}</h1>{body}</main></body></html>"""
FAULTS = {
    "nothing wrong": ("zh-hans", "<p>工单</p>", ""),
    "an unnamed control": ("zh-hans", "<input name='q'>", "axe label: "),
    "pale text": ("zh-hans", "<p class='pale'>工单</p>", "axe color-contrast: "),
    "a picture without words": ("zh-hans", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "axe image-alt: "),
    "an inline script": ("zh-hans", "<script>window.odd = 1</script>", "script-src-elem refused inline"),
    "an inline style": ("zh-hans", "<style>p { color: red }</style>", "style-src-elem refused inline"),
    "another origin": ("zh-hans", "<img alt='图' src='http://127.0.0.2:9/logo.png'>", "request to another origin: http://127.0.0.2:9/"),
    "a failing file": ("zh-hans", "<script src='/static/nothing.js'></script>", "console error: "),
    "a table that is too wide": ("zh-hans", "<div class='wide'>宽</div>", "wider than the screen: "),
    "the wrong language": ("en", "<p>Ticket</p>", "html lang is 'en'"),
    "raw English": ("zh-hans", "<p>工单 Details</p>", "'Details' in"),
    "English in a title": ("zh-hans", "<p title='Details'>工单</p>", "'Details' in"),
    "English in a placeholder": ("zh-hans", "<label>名 <input placeholder='Search here'></label>", "'Search' in"),
    "English in a name": ("zh-hans", "<button aria-label='Close'>×</button>", "'Close' in"),
    "a forgotten variable": ("zh-hans", "<p>UNDEFINED</p>", "'UNDEFINED' in"),
    "two of one id": ("zh-hans", "<p id='a'>一</p><p id='a'>二</p>", "two elements with id 'a'"),
}
STYLES = ".pale { color: #bbb; background: #fff } .wide { width: 1500px }"


@pytest.fixture(scope="module")
def served(visit, words):
    """served(lang, body): complaints about a page of ours with this body."""
    visitor = visit("op")
    headers = visitor.page.goto(visitor.site + "/").headers
    kept = {name: headers[name] for name in ("content-security-policy", "content-type")}

    def examined(lang, body, expected, title="工单"):
        visitor.page.unroute_all()
        page = PAGE.format(lang=lang, title=title, body=body).replace("</head>", "<link rel=stylesheet href=/odd.css></head>")
        visitor.page.route("**/odd/", lambda route: route.fulfill(body=page, headers=kept))
        visitor.page.route("**/odd.css", lambda route: route.fulfill(body=STYLES, content_type="text/css"))
        visitor.goto("/odd/")
        examiner = examine.Examiner(words, examine.Known())
        examiner.look(visitor, "odd", "odd", expected, looks=[("desk", DESK, False)])
        return list(examiner.complaints.places)

    return examined


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(served, fault):
    lang, body, expected = FAULTS[fault]

    found = served(lang, body, examine.CHINESE)

    assert any(expected in complaint for complaint in found) if expected else found == [], found


@pytest.mark.parametrize(("body", "expected"), [
    ("<p>Ticket of 住建局</p>", ""),
    ("<p>Ticket 已办结的事项</p>", "'已办结的事项' in"),
    ("<time>11月21日</time>", "'月21日' in"),
    ("<p lang='zh-hans'>中文</p>", ""),
])
def test_chinese_in_an_english_page_is_noticed_unless_people_wrote_it(served, body, expected):
    found = served("en", body, examine.ENGLISH, title="Ticket")

    assert any(expected in complaint for complaint in found) if expected else found == [], found


def test_a_dark_page_that_stays_light_is_noticed(newcomer):
    visitor = newcomer()
    visitor.page.route("**/odd/", lambda route: route.fulfill(body=PAGE.format(lang="en", title="A", body="")
                                                              .replace("<body>", "<body style='background:#fff'>")))
    visitor.goto("/odd/")
    visitor.show(DESK, dark=True)

    assert examine.darkness(visitor, True) == ["the ground of the page is light"]


def test_an_error_in_a_script_is_noticed(newcomer):
    visitor = newcomer("op")
    visitor.goto("/")
    visitor.page.evaluate("setTimeout(() => { throw new Error('broken on purpose') })")
    visitor.page.wait_for_timeout(100)

    assert any("broken on purpose" in complaint for complaint in visitor.heard())


def test_what_axe_has_seen_once_it_sees_again_when_its_markup_or_its_look_changes(newcomer):
    visitor, known = newcomer(), examine.Known(always_whole=False)

    def new(look):
        return known.new(visitor.page.evaluate("watch.pieces()"), "login", look)

    visitor.goto("/login/")
    assert [new("desk"), new("desk")] == [None, []]
    assert (new("phone") != [], new("phone")) == (True, [])

    visitor.page.evaluate("document.querySelector('h1').textContent = 'another word'")
    assert new("desk") == []
    visitor.page.evaluate("document.querySelector('h1').className = 'text-secondary'")
    assert new("desk") != []
