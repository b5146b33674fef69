"""How a number is dialled: the one place to change where a telephone system does it. A softphone takes tel: links."""
import re

WITH_EXTENSION = re.compile(r"^((?:0\d{2,3}-?)?[2-9]\d{6,7})-(\d{1,6})$", re.ASCII)


def address(number):
    """For the dial button: digits only, an extension apart (RFC 3966)."""
    main, extension = found.groups() if (found := WITH_EXTENSION.match(number)) else (number, "")
    return f"tel:{re.sub(r'[^+0-9]', '', main)}" + (f";ext={extension}" if extension else "")


def digits(number):
    """What a telephone system dials: no extension, which is asked for by a voice."""
    return address(number).removeprefix("tel:").partition(";")[0]
