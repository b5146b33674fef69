"""A Chromium and a Chinese font for the browser tests, with root's rights or without.

Best is the headless shell: the same engine without the windows of a desktop, in half the processor time. Where neither the
system nor its packages have it, any Chromium will do. Root installs Debian's packages; anybody else unpacks the same
packages, and those of their libraries that are missing here, into .browser/ with an apt that keeps its state there.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / ".browser"
WRAPPER = HERE / "chromium"
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         # A process in reserve for each page costs more than all that the page itself does. Naming it replaces the list
         # that Playwright would send, so that stands here too.
         "--disable-features=SpareRendererForSitePerProcess,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
         "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
         "AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying"]
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


def browser() -> str | None:
    """The program to start, if there is one."""
    return str(WRAPPER) if WRAPPER.exists() else system_browser()


def has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True).stdout.strip())
    folders = [Path("/usr/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts"]
    return any(any(word in file.name.lower() for word in CHINESE_FONTS)
               for folder in folders if folder.is_dir() for file in folder.rglob("*.tt[fc]"))


def get(package: str) -> bool:
    """Whether it is there now."""
    print(f"  getting {package}", flush=True)
    return as_root(package) if os.geteuid() == 0 else without_root(package)


def as_root(package: str) -> bool:
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    _done(["apt-get", "update", "-qq"], env=quiet)
    return _done(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=quiet)


def without_root(package: str) -> bool:
    for folder in ("lists/partial", "archives/partial", "cache", "state", "root"):
        (HERE / folder).mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-qq", "-o", f"Dir::State={HERE}/state", "-o", f"Dir::State::lists={HERE}/lists",
           "-o", f"Dir::Cache={HERE}/cache", "-o", f"Dir::Cache::archives={HERE}/archives",
           "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
    _done([*apt, "update"])
    if not _done([*apt, "install", "-y", "--download-only", "--no-install-recommends", package]):
        return False
    for deb in sorted((HERE / "archives").glob("*.deb")):
        if not deb.name.startswith("libc6_"):  # goes with the loader of this machine
            _done(["dpkg-deb", "-x", str(deb), str(HERE / "root")])
    complete(HERE / "root" / "usr" / "lib" / "chromium")
    write_wrapper()
    for folder in ("lists", "archives", "cache", "state"):
        shutil.rmtree(HERE / folder)
    return True


def complete(folder: Path) -> None:
    """apt fetches nothing that the system has: the browser looks for it beside itself."""
    system = Path("/usr/lib/chromium")
    if folder.is_dir() and system.is_dir():
        for file in system.iterdir():
            if not (folder / file.name).exists():
                (folder / file.name).symlink_to(file)


def write_wrapper() -> None:
    unpacked = [HERE / "root" / "usr" / "lib" / "chromium" / name for name in (SHELL, "chromium")]
    program = next((one for one in unpacked if one.exists()), system_browser())
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
    may_get = shutil.which("apt-get")
    if may_get and not os.environ.get("CHROMIUM") and not shutil.which(SHELL):
        get(SHELL) or browser() or get("chromium")
    if may_get and not has_chinese_font():
        get("fonts-wqy-microhei")
    if WRAPPER.exists() and not works(str(WRAPPER)):
        WRAPPER.unlink()  # the system's own may do
    if not browser() or not works(browser()):
        sys.exit(f"The browser {browser() or ''} does not start: install {SHELL} or chromium, or point CHROMIUM at a browser.")
    if not (WRAPPER.exists() or has_chinese_font()):
        sys.exit("The browser tests need a Chinese font: install fonts-wqy-microhei.")


def _done(command: list[str], **options) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options).returncode == 0


if __name__ == "__main__":
    main()
