"""A Chromium and a Chinese font for the browser tests, with root's rights or without.

The system's own are used when they are there. Root installs Debian's packages; anybody else unpacks the same packages,
and those of their libraries that are missing here, into .browser/ with an apt that keeps its state there.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / ".browser"
WRAPPER = HERE / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHINESE_FONTS = ("wqy", "cjk", "sourcehan", "source-han", "droidsansfallback", "arphic", "msyh", "simsun")

WRAPPER_TEXT = """#!/bin/sh
# Written by tests/get_browser.py: libraries and fonts are the unpacked ones.
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_FILE="{fonts}"
exec "{program}" "$@"
"""
FONTS_TEXT = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{here}/root/usr/share/fonts</dir><cachedir>{here}/fontcache</cachedir></fontconfig>
"""


def system_browser() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True).stdout.strip())
    folders = [Path("/usr/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts"]
    return any(any(word in file.name.lower() for word in CHINESE_FONTS)
               for folder in folders if folder.is_dir() for file in folder.rglob("*.tt[fc]"))


def packages_wanted() -> list[str]:
    return [*([] if system_browser() else ["chromium"]), *([] if has_chinese_font() else ["fonts-wqy-microhei"])]


def as_root(packages: list[str]) -> None:
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, stdin=subprocess.DEVNULL)
    _must(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=quiet)


def without_root(packages: list[str]) -> None:
    for folder in ("lists/partial", "archives/partial", "cache", "state", "root"):
        (HERE / folder).mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-qq", "-o", f"Dir::State={HERE}/state", "-o", f"Dir::State::lists={HERE}/lists",
           "-o", f"Dir::Cache={HERE}/cache", "-o", f"Dir::Cache::archives={HERE}/archives",
           "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
    subprocess.run([*apt, "update"], stdin=subprocess.DEVNULL)
    _must([*apt, "install", "-y", "--download-only", "--no-install-recommends", *packages])
    for package in sorted((HERE / "archives").glob("*.deb")):
        if not package.name.startswith("libc6_"):  # goes with the loader of this machine
            _must(["dpkg-deb", "-x", str(package), str(HERE / "root")])
    write_wrapper()
    for folder in ("lists", "archives", "cache", "state"):
        shutil.rmtree(HERE / folder)


def write_wrapper() -> None:
    unpacked = HERE / "root" / "usr" / "lib" / "chromium" / "chromium"
    program = unpacked if unpacked.exists() else system_browser()
    libraries = [folder for folder in (HERE / "root").glob("**/lib/*-linux-gnu") if folder.is_dir()]
    nested = [folder for parent in libraries for folder in parent.iterdir()
              if folder.is_dir() and any(folder.glob("*.so*"))]
    (HERE / "fonts.conf").write_text(FONTS_TEXT.format(here=HERE))
    WRAPPER.write_text(WRAPPER_TEXT.format(libraries=":".join(map(str, libraries + nested)), program=program,
                                           fonts=HERE / "fonts.conf"))
    WRAPPER.chmod(0o755)


def works(program: str) -> bool:
    """Draws an empty page: a missing library or a forbidden sandbox shows here and not in forty tests."""
    done = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    return "<html>" in done.stdout


def main() -> None:
    if WRAPPER.exists() and works(str(WRAPPER)):
        return
    packages = packages_wanted()
    if packages:
        print(f"  getting {' and '.join(packages)}", flush=True)
        if not shutil.which("apt-get"):
            sys.exit(f"The browser tests need {' and '.join(packages)}: install them, or point CHROMIUM at a browser.")
        as_root(packages) if os.geteuid() == 0 else without_root(packages)
    program = str(WRAPPER) if WRAPPER.exists() else system_browser()
    if not program or not works(program):
        sys.exit(f"The browser {program} does not start: point CHROMIUM at one that does.")


def _must(command: list[str], **options) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)
    if done.returncode:
        sys.exit(f"`{command[0]}` failed (see above), so there is no browser for the tests; set CHROMIUM to one.")


if __name__ == "__main__":
    main()
