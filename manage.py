#!/usr/bin/env python3
"""Django's command line, with the embedded servers around it when no others are named."""
import os
import sys
from importlib.util import find_spec
from pathlib import Path

VENV_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
    if find_spec("django") is None:
        if not VENV_PYTHON.exists() or sys.prefix == str(VENV_PYTHON.parent.parent):
            sys.exit("Django is not installed: run `make run` or `make venv` once.")
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])
    from hotline.embedded import servers_for

    with servers_for(sys.argv):
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
