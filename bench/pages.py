"""What a page costs: bytes, requests, server time, queries and first paint, against a bare page of the same server.

    .venv/bin/python -m bench.pages [--rounds 3] [--roles op,dp,sv] [--tickets 200000]
    HOTLINE_DEMO_PASSWORD=… .venv/bin/python -m bench.pages --site http://127.0.0.1:8000

Without --site a demo district lives in a temporary folder for the run, and counts queries; a running one does not.
One line a page and role, medians of the rounds with a warm cache. With --tickets the district has a history of so many
tickets (bench/history.py), and every list is asked again and again over HTTP (bench/lists.py). Exit code 1 when a limit
is not kept.
"""
import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass

from bench import history, lists
from bench.district import Screen, demo_district
from tests import get_browser

LOGINS = {role: role for role in ("op", "ops", "rv", "dp", "cb", "sv", "zh", "dl", "ql", "ke", "qi", "ad", "au")} | {
    role: f"{role}.zj" for role in ("li", "hd", "ul")}
FIRST, LATER = 350_000, 60_000  # bytes: the first page somebody opens, and each one after it
SLOWER = 10.0  # times the first paint of the bare page
TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const told = Object.fromEntries(page.serverTiming.map((entry) => [entry.name, entry.duration]));
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return {server: told.app ?? page.responseStart - page.requestStart, queries: told.queries ?? null, paint: paint.startTime};
}"""


@dataclass(frozen=True)
class Cost:
    bytes: int
    requests: int
    server: float
    queries: float | None
    paint: float

    @classmethod
    def middle(cls, costs):
        queries = [cost.queries for cost in costs if cost.queries is not None]
        return cls(*(round(statistics.median(getattr(cost, name) for cost in costs)) for name in ("bytes", "requests")),
                   statistics.median(cost.server for cost in costs), statistics.median(queries) if queries else None,
                   statistics.median(cost.paint for cost in costs))


class Meter(Screen):
    """A screen that knows what came over the line; what the cache answers costs nothing."""

    def __init__(self, browser, site):
        super().__init__(browser, site, viewport={"width": 1366, "height": 768})
        self.session, self.lengths = self.context.new_cdp_session(self.page), []
        self.session.on("Network.loadingFinished", lambda event: self.lengths.append(event["encodedDataLength"]))
        self.session.send("Network.enable")

    def cost(self, path):
        self.lengths.clear()
        self.goto(path)
        self.page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
        return Cost(round(sum(self.lengths)), sum(length > 0 for length in self.lengths), **self.page.evaluate(TIMES))


def pages_of(meter):
    """The pages of this person's menu, the bell, one ticket, one form."""
    meter.goto("/")
    paths = dict.fromkeys([meter.here(), *meter.menu(), "/notices/"])
    if ticket := meter.a_ticket():
        paths[ticket] = None
        meter.goto(ticket)
        if step := meter.first("main a[href*='/do/']"):
            paths[step] = None
    return list(paths)


def show(role, path, cost, bare):
    queries = "-" if cost.queries is None else round(cost.queries)
    print(f"{role:<5}{path[:44]:<46}{cost.bytes:>8}{cost.requests:>6}{cost.server:>9.1f}{queries:>9}{cost.paint:>9.0f}"
          f"{cost.paint / bare.paint:>8.1f}", flush=True)


def measure(browser, site, password, roles, rounds):
    """[(role, path, cost)], [bytes of each first load], the bare page."""
    meter = Meter(browser, site)
    plain = "/static/bare.html" if meter.context.request.get(f"{site}/static/bare.html").ok else "/healthz"
    bare = Cost.middle([meter.cost(plain) for _ in range(3 * rounds)])
    print(f"{'role':<5}{'page':<46}{'bytes':>8}{'reqs':>6}{'srv ms':>9}{'queries':>9}{'FCP ms':>9}{'/ bare':>8}")
    show("-", plain, bare, bare)
    first, found = [], []
    for role in roles:
        meter = Meter(browser, site)
        meter.sign_in(LOGINS[role], password)
        meter.context.new_cdp_session(meter.page).send("Network.clearBrowserCache")
        whole = meter.cost("/")
        first.append(whole.bytes)
        show(role, "(first load)", whole, bare)
        for path in pages_of(meter):
            found.append((role, path, Cost.middle([meter.cost(path) for _ in range(rounds)])))
            show(*found[-1], bare)
        meter.context.close()
    return found, first, bare


def verdict(found, first, bare):
    """Prints each limit beside what was measured; whether all are kept."""
    middle = statistics.median(cost.paint for _role, _path, cost in found) / bare.paint
    heaviest = max(found, key=lambda row: row[2].bytes)
    lines = [("first load, bytes, the heaviest", max(first), FIRST),
             (f"later page, bytes, the heaviest ({heaviest[0]} {heaviest[1][:40]})", heaviest[2].bytes, LATER),
             ("first paint, median of all pages / bare page", round(middle, 2), SLOWER)]
    for what, measured, limit in lines:
        print(f"{what}: {measured} (limit {limit}) {'ok' if measured <= limit else 'TOO MUCH'}")
    return all(measured <= limit for _what, measured, limit in lines)


def run(site, password, roles, rounds, with_history=False):
    from playwright.sync_api import sync_playwright

    def signed_in(role):
        meter = Meter(browser, site)
        meter.sign_in(LOGINS[role], password)
        return meter

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=get_browser.browser(), args=get_browser.FLAGS)
        if with_history:
            kept = lists.measure(signed_in, site, roles, 20 * rounds, "/healthz")
        else:
            kept = verdict(*measure(browser, site, password, roles, rounds))
        browser.close()
    return 0 if kept else 1


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--site", help="a running demo; its password in HOTLINE_DEMO_PASSWORD")
    options.add_argument("--roles", default=",".join(LOGINS), help="all by default")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--tickets", type=int, default=0, help="lists only, in a district with so many")
    chosen = options.parse_args()
    roles = chosen.roles.split(",")
    if chosen.site:
        return run(chosen.site.rstrip("/"), os.environ["HOTLINE_DEMO_PASSWORD"], roles, chosen.rounds)
    with demo_district(DJANGO_SETTINGS_MODULE="bench.page_settings") as (site, password, folder):
        if chosen.tickets:
            from tickets.states import OPEN
            begun = time.monotonic()
            added = history.load(folder, chosen.tickets, [str(state) for state in OPEN])
            history.catch_up(folder)
            print(f"{added} tickets added in {time.monotonic() - begun:.0f} s")
        return run(site, password, roles, chosen.rounds, with_history=bool(chosen.tickets))


if __name__ == "__main__":
    sys.exit(main())
