"""JSON as the API takes it: UTF-8, one object, no doubled names, nothing that a database or a log would choke on."""
import json
import re

from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser

from tickets.problems import Malformed, TooLarge

LONGEST_BODY = 64 * 1024  # bytes; the longest form, all of it Chinese and escaped, has about 40 KiB
LARGEST_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and lone surrogates


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(LONGEST_BODY + 1)
        if len(raw) > LONGEST_BODY:
            raise TooLarge
        try:
            value = json.loads(raw.decode("utf-8"), object_pairs_hook=object_without_doubles,
                               parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            raise Malformed(_("The body is not valid JSON in UTF-8.")) from error
        if not isinstance(value, dict):
            raise Malformed(_("The body must be one JSON object."))
        return value


class AlwaysJSON(DefaultContentNegotiation):
    """There is one representation; an Accept header that does not name it gets it all the same."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


def object_without_doubles(pairs):
    """Two values under one name: which one counts depends on the reader, so neither does."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("doubled name")
    return found


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def is_storable(text):
    return not UNSTORABLE.search(text)


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER
