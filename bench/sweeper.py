"""One sweeper as a process of its own, as a worker is: `python -m bench.sweeper --ahead 21600 [--at 1790000000] [--idle 20]`.

It looks with the product's own task until nothing is due, on a clock that is `--ahead` of the database's, so that what
falls due this evening can be swept now. Prints one line of JSON: its seconds, or the milliseconds of idle looks.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from datetime import timedelta


def start(ahead, *, at=0.0, idle=0, profile=""):
    """The process, as polite as a worker is (hotline/supervise.py); `ended` reads what it measured."""
    command = ["nice", "-n", "5", sys.executable, "-m", "bench.sweeper", "--ahead", str(ahead.total_seconds()), "--at", str(at),
               "--idle", str(idle), *(["--profile", profile] if profile else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "HOTLINE_PROCESS": "worker"})


def ended(process):
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"a sweeper ended with code {process.returncode}")
    return json.loads(output.splitlines()[-1])


def sweep_all(tasks):
    begun, cpu = time.perf_counter(), time.process_time()
    while not tasks.sweep_now("bench").finished:
        pass
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


def look_idly(tasks, times):
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        tasks.sweep_now("bench")
        taken.append((time.perf_counter() - begun) * 1000)
    return {"milliseconds": taken}


def measured(tasks, chosen):
    if chosen.idle:
        return look_idly(tasks, chosen.idle)
    if not chosen.profile:
        return sweep_all(tasks)
    import cProfile

    with cProfile.Profile() as profile:
        found = sweep_all(tasks)
    profile.dump_stats(chosen.profile)
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ahead", type=float, default=0)
    options.add_argument("--at", type=float, default=0)
    options.add_argument("--idle", type=int, default=0)
    options.add_argument("--profile", default="")
    chosen = options.parse_args()
    import django

    django.setup()
    from django.db import connection

    from accounts.instant import database_now
    from dispatch import tasks

    tasks.database_now = lambda: database_now() + timedelta(seconds=chosen.ahead)
    connection.ensure_connection()
    time.sleep(max(0.0, chosen.at - time.time()))
    print(json.dumps(measured(tasks, chosen)), flush=True)


if __name__ == "__main__":
    main()
