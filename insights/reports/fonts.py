"""A Chinese font for files: a package of npm brings it. Where it is not installed, one of the system's does."""
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

SYSTEM = ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
          "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")  # with TrueType outlines, which a PDF can carry


class NoFont(Exception):
    """No font with Chinese signs on this machine."""

    def __str__(self):
        said = _("There is no Chinese font on the server. Its administrator runs `npm ci` or installs the package %(name)s.")
        return said % {"name": "fonts-wqy-microhei"}


def path(style=""):
    """Of the regular ("") or the bold ("B") one."""
    for place in (settings.REPORT_FONTS[style], *SYSTEM):
        if Path(place).is_file():
            return str(place)
    raise NoFont
