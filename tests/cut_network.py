"""Run inside a network namespace of its own: the site on a unix socket, its database over the loopback, which is then
cut so that packets vanish without an answer. Prints what eight simultaneous requests got, and after how long.

    unshare --net python -m tests.cut_network FOLDER
"""
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hotline.embedded import Servers
from hotline.home import Home

AT_ONCE = 8  # as many as the site has threads


def ask(address: str) -> tuple[int, float]:
    begun = time.monotonic()
    line = http.client.HTTPConnection("site", timeout=60)
    line.sock = socket.socket(socket.AF_UNIX)
    line.sock.settimeout(60)
    line.sock.connect(address)
    line.request("GET", "/", headers={"Host": "127.0.0.1", "Cookie": "sessionid=" + "a" * 32})
    status = line.getresponse().status
    line.close()
    return status, round(time.monotonic() - begun, 2)


def ask_all(address: str) -> list[tuple[int, float]]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(ask, [address] * AT_ONCE))


def loopback(*words: str) -> None:
    subprocess.run(["tc", "qdisc", *words], check=True)


def wait_for(address: str) -> None:
    while True:
        try:
            return print("up:", ask(address), file=sys.stderr)
        except OSError:
            time.sleep(0.2)


def main(folder: Path) -> dict:
    address, python = str(folder / "site.sock"), sys.executable
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ |= {"HOTLINE_DATA": str(folder / "data"), "HOTLINE_DEMO": "0"}
    with Servers(Home()):
        subprocess.run([python, "manage.py", "migrate", "--verbosity", "0"], check=True)
        web = subprocess.Popen([python, "-m", "gunicorn", "hotline.wsgi:application", "--bind", f"unix:{address}",
                                "--worker-class", "gthread", "--workers", "1", "--threads", str(AT_ONCE),
                                "--no-control-socket", "--log-level", "error"])
        try:
            wait_for(address)
            found = {"before": ask_all(address)}
            loopback("add", "dev", "lo", "root", "blackhole")
            found["cut"], found["still_cut"] = ask_all(address), ask_all(address)
            loopback("del", "dev", "lo", "root")
            healed = time.monotonic()
            while ask(address)[0] == 503 and time.monotonic() - healed < 60:
                time.sleep(0.2)
            found["recovered_after"] = round(time.monotonic() - healed, 2)
            found["after"] = ask_all(address)
            return found
        finally:
            web.terminate()
            web.wait()


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
