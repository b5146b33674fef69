"""How fast an intake is, each layer against the one below it, all in one run on one machine.

    .venv/bin/python -m bench.intake [--seconds 8] [--rounds 3]

Prints tickets/s and CPU ms per ticket of: a bare SQL transaction with the same rows, the action; a bare DRF
endpoint, the API; and the ratios against their limits. Servers, data and load all live in a temporary folder.
"""
import argparse
import http.client
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench import ground

OPERATOR, PASSWORD = "op", "Bench-intake-2468"  # noqa: S105 (of a district that lives as long as this run)
CLIENTS = 8


def cpu_of_tree(pids):
    """CPU seconds of processes and their children so far, from /proc."""
    tick, total = os.sysconf("SC_CLK_TCK"), 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) in pids or int(entry.parent.name) in pids:
            total += sum(map(int, fields[11:15])) if int(entry.parent.name) in pids else sum(map(int, fields[11:13]))
    return total / tick


def in_process(write, seconds):
    """(per second, own CPU ms per call) of a function called one after the other."""
    done, begun, cpu = 0, time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    while time.perf_counter() - begun < seconds:
        write()
        done += 1
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - cpu.ru_utime - cpu.ru_stime
    return done / (time.perf_counter() - begun), used / done * 1000


def over_http(port, path, headers, body, seconds, pids):
    """(per second, server CPU ms per request) of CLIENTS persistent connections."""
    until, counts, errors = time.perf_counter() + seconds, [], []

    def client():
        connection, done = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.perf_counter() < until:
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 201:
                done += 1
            else:
                errors.append((answer.status, text[:200]))
                break
        counts.append(done)

    before, begun = cpu_of_tree(pids), time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise SystemExit(f"{path}: {errors[0]}")
    elapsed, done = time.perf_counter() - begun, sum(counts)
    return done / elapsed, (cpu_of_tree(pids) - before) / done * 1000


def gunicorn(application, port, home, **environment):
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
               "--workers", "2", "--threads", "4", "--log-level", "error", "--no-control-socket"]
    log = (home / f"web-{port}.log").open("w")
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)


def wait_for(port):
    for _ in range(150):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"the web server on port {port} did not come up")


def token(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/api/v1/token/", json.dumps({"username": OPERATOR, "password": PASSWORD}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise SystemExit(f"no token: {answer.status} {text[:300]!r}")
    return json.loads(text)["token"]


def prepare():
    """Migrate, load reference data, make one operator, and register one ticket as the model of the bare rows."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    from accounts.models import Membership, Unit, User

    user = User.objects.create_user(OPERATOR, PASSWORD, display_name="基准")
    Membership.objects.create(user=user, unit=Unit.objects.get(code="RX-JX"), role="OP")
    return User.objects.get(username=OPERATOR)


def layers_in_process(user, seconds):
    from django.db import connection

    from accounts.instant import database_now
    from bench import rows
    from notices.models import Notice
    from tickets import intake
    from tickets.intake_form import IntakeForm

    form = IntakeForm(json.loads(rows.body()), now=database_now(), strict=True)
    assert form.is_valid(), form.errors

    def action():
        return intake.register_and_submit(by=user, now=database_now(), **dict(form.cleaned_data))[0]

    ticket = action()
    ticket.refresh_from_db()
    model = rows.rows_of(ticket, Notice.objects.filter(ticket_no=ticket.ticket_no))
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    return {"bare SQL": in_process(lambda: rows.write(cursor, model, submitted=True), seconds),
            "action": in_process(action, seconds)}


def report(rounds):
    names = list(rounds[0])
    middle = {name: [statistics.median(r[name][i] for r in rounds) for i in (0, 1)] for name in names}
    print(f"{'layer':<12}{'per second':>12}{'CPU ms':>10}   (median of {len(rounds)} rounds; CPU of the named process)")
    for name in names:
        low, high = min(r[name][0] for r in rounds), max(r[name][0] for r in rounds)
        print(f"{name:<12}{middle[name][0]:>12.1f}{middle[name][1]:>10.2f}   {low:.0f}-{high:.0f}")
    for part, limit, aim in (("action", "bare SQL", 0.15), ("API", "bare DRF", 0.4)):
        print(f"{part} / {limit}: {middle[part][0] / middle[limit][0]:.3f} (aim {aim})")


def run(home, seconds, rounds):
    from bench import rows
    from hotline.home import free_port

    user = prepare()
    ports = [free_port(), free_port()]
    webs = [gunicorn("hotline.wsgi:application", ports[0], home, HOTLINE_API_WRITING="1000000/min"),
            gunicorn("hotline.wsgi:application", ports[1], home, DJANGO_SETTINGS_MODULE="bench.settings")]
    try:
        for port in ports:
            wait_for(port)
        headers = {"Content-Type": "application/json"}
        known = headers | {"Authorization": f"Token {token(ports[0])}"}
        results = []
        for _ in range(rounds):
            results.append(layers_in_process(user, seconds) | {
                "bare DRF": over_http(ports[1], "/bare/", headers, rows.body(), seconds, {webs[1].pid}),
                "API": over_http(ports[0], "/api/v1/tickets/", known, rows.body(), seconds, {webs[0].pid})})
        report(results)
    finally:
        for web in webs:
            web.terminate()
            web.wait(20)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with ground.servers() as standing:
        run(standing.home.path, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    main()
