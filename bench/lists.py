"""How long the answers of list pages take over HTTP: every list of every role, in a district with a history."""
import http.client
import statistics
import time
from urllib.parse import quote, urlsplit

LISTS = ("/desk/", "/tickets/")
SEARCHES = ("/tickets/?q=" + quote("漏水"), "/tickets/?urgency=urgent", "/tickets/?sort=-registered_at")
MOST_QUERIES, SLOWEST = 10, 200.0  # a page; milliseconds, of 95 answers in 100


def lists_of(meter):
    """The lists of this person's menu with all their tiles, and a few searches."""
    meter.goto("/")
    paths = dict.fromkeys([meter.here(), *meter.menu()])
    for path in [path for path in paths if path.startswith(LISTS) and not path.startswith("/tickets/new")]:
        meter.goto(path)
        if meter.page.locator("[data-list], .tiles").count() == 0:
            continue
        yield path
        tiles = meter.page.evaluate("[...document.querySelectorAll('.tiles a')].map(a => a.pathname + a.search)")
        yield from (tile for tile in dict.fromkeys(tiles) if tile != path)
        if path == "/tickets/":
            yield from SEARCHES


def answers(meter, site, path, rounds):
    """([milliseconds], queries) of one page, asked again and again over one connection.

    Of the queries the middle of the rounds counts: once a minute one more notes that the person is still there.
    """
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in meter.context.cookies())
    place, took, queries = urlsplit(site), [], []
    line = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    for _round in range(rounds + 1):  # the first one warms up
        begun = time.perf_counter()
        line.request("GET", path, headers={"Cookie": cookies, "Accept-Language": "zh-CN"})
        answer = line.getresponse()
        answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
        told = answer.headers.get("Server-Timing", "")
        if "queries" in told:
            queries.append(int(told.rsplit("dur=", 1)[-1]))
    line.close()
    return took[1:], statistics.median_high(queries) if queries else 0


def measure(open_meter, site, roles, rounds, bare):
    """Prints a line a list; whether all keep the limits. `open_meter(role)` is somebody signed in; `bare` an address."""
    print(f"{'role':<5}{'list':<70}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'/ bare':>8}")
    kept, plain = True, None
    for role in roles:
        meter = open_meter(role)
        if plain is None:
            plain = statistics.median(answers(meter, site, bare, rounds)[0])
            print(f"{'-':<5}{bare:<70}{'-':>8}{plain:>9.1f}")
        for path in lists_of(meter):
            took, queries = answers(meter, site, path, rounds)
            middle, late = statistics.median(took), statistics.quantiles(took, n=20, method="inclusive")[-1]
            ok = late <= SLOWEST and queries <= MOST_QUERIES
            kept &= ok
            said = "" if ok else "  TOO MUCH"
            print(f"{role:<5}{path[:68]:<70}{queries:>8}{middle:>9.1f}{late:>9.1f}{middle / plain:>8.1f}{said}", flush=True)
        meter.context.close()
    return kept
