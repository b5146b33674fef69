"""Telephone systems on the market. Each module translates what one of them says into our events, and can ask it to dial.

`settings.TELEPHONY` names the one of the house; without it calls come in by signed requests only, and numbers are tel: links.
"""
from importlib import import_module

from django.conf import settings

from tickets.telephony.adapters.lines import Unreachable

NAMES = ("freeswitch", "asterisk", "webhook")

__all__ = ["NAMES", "Unreachable", "adapter", "is_configured", "originate"]


def is_configured():
    return settings.TELEPHONY["adapter"] in NAMES and bool(settings.TELEPHONY["address"])


def adapter(name):
    if name not in NAMES:
        raise LookupError(name)
    return import_module(f"tickets.telephony.adapters.{name}")


def originate(extension, number):
    """Ring the extension, then the number. Raises Unreachable."""
    adapter(settings.TELEPHONY["adapter"]).originate(settings.TELEPHONY, extension, number)
