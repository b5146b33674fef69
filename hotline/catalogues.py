"""Compiles locale/*/LC_MESSAGES/*.po to .mo without gettext's own tools, when the .po is newer. `.mo` is not committed.

    python -m hotline.catalogues
"""
import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all(folder: Path = LOCALE) -> list[Path]:
    return [compile_one(source) for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if is_stale(source)]


def is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def compile_one(source: Path) -> Path:
    with source.open("rb") as text:
        catalogue = read_po(text)
    compiled = source.with_suffix(".mo")
    fresh = compiled.with_name(f"{compiled.name}.{os.getpid()}")  # two test workers may do this at once
    with fresh.open("wb") as out:
        write_mo(out, catalogue)
    os.replace(fresh, compiled)
    return compiled


if __name__ == "__main__":
    for done in compile_all():
        print(f"compiled {done.relative_to(LOCALE.parent)}")
