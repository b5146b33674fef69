"""What a page costs on the line, as the browser counts it: 350 KB the first time, 60 KB each page after that."""
import pytest

from tests.pages.examine import CHINESE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
FIRST, LATER = 350_000, 60_000


class Meter:
    """Bytes that came over the line, headers included, by address; what the cache answered costs nothing."""

    def __init__(self, visitor):
        self.session = visitor.context.new_cdp_session(visitor.page)
        self.addresses, self.bytes = {}, {}
        self.session.on("Network.requestWillBeSent", self.note_address)
        self.session.on("Network.loadingFinished", self.note_bytes)
        self.session.send("Network.enable")

    def note_address(self, event):
        self.addresses[event["requestId"]] = event["request"]["url"]

    def note_bytes(self, event):
        if event["encodedDataLength"]:
            self.bytes[self.addresses.get(event["requestId"], "?")] = event["encodedDataLength"]

    def read(self):
        found, self.bytes = self.bytes, {}
        return found


def summed(measured):
    return f"{sum(measured.values())} bytes: {sorted(measured.items(), key=lambda item: -item[1])[:4]}"


@pytest.mark.parametrize("who", ["", "op", "dp", "li", "cb", "sv", "ad"])
def test_pages_are_small_on_the_line(newcomer, sampled, who):
    visitor = newcomer(who)
    meter, heavy = Meter(visitor), []
    for number, wanted in enumerate(visit for visit in sampled[CHINESE] if visit.who == who and not visit.foreign):
        visitor.goto(wanted.path)
        measured = meter.read()
        limit = LATER if number else FIRST
        if sum(measured.values()) > limit:
            heavy.append(f"{wanted.path} (limit {limit}): {summed(measured)}")

    assert heavy == []


def test_a_second_look_fetches_no_file_again(newcomer):
    visitor = newcomer("op")
    meter = Meter(visitor)
    visitor.goto("/")
    first = meter.read()
    visitor.goto("/tickets/")
    second = meter.read()

    assert any("/static/" in address for address in first), "the meter saw no file at all"
    assert [address for address in second if "/static/" in address and address in first] == []


def test_pages_are_sent_compressed(newcomer):
    visitor = newcomer("op")
    answer = visitor.page.goto(visitor.site + "/tickets/")

    assert answer.headers["content-encoding"] == "gzip"
    sent = visitor.page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
    assert len(answer.body()) > 3 * sent


def test_the_meter_notices_what_is_heavy(newcomer):
    visitor = newcomer()
    meter = Meter(visitor)
    visitor.page.goto(visitor.site + "/login/")
    light = sum(meter.read().values())
    visitor.page.evaluate("fetch('/static/vendor/tabler.min.css', {cache: 'reload'}).then(answer => answer.text())")
    visitor.settle()

    assert 20_000 < light < FIRST
    assert sum(meter.read().values()) > LATER
