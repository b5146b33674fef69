"""A Chinese font for files: a package of npm brings it. Where it is not installed, one of the system's does."""
from pathlib import Path

from django.conf import settings

SYSTEM = ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
          "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")  # with TrueType outlines, which a PDF can carry


class NoFont(Exception):
    """No font with Chinese signs on this machine."""

    def __init__(self):
        super().__init__("No Chinese font: run `npm ci` (or `make run`), or install the package fonts-wqy-microhei.")


def path(style=""):
    """Of the regular ("") or the bold ("B") one."""
    for place in (settings.REPORT_FONTS[style], *SYSTEM):
        if Path(place).is_file():
            return str(place)
    raise NoFont
