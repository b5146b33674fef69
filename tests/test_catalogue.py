"""Chinese is the default language: every text in the code has its translation, and the placeholders are the same.

The texts are looked up in the source itself, so that the test needs no gettext tools.
"""
import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template import Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
APPS = ("accounts", "notices", "tickets", "dispatch", "followup", "insights", "portal", "knowledge", "suggesting", "hotline")
SINGLE = {"gettext", "gettext_lazy", "gettext_noop", "_"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]")
HAN = re.compile(r"[\u4e00-\u9fff]")
CODES = re.compile(r"^(?:English|Kind|[A-Z][\w-]*[-_][\w-]*)$")  # texts that may stay as they are


def _aliases(tree):
    """{local name: name in django.utils.translation} of one module."""
    return {alias.asname or alias.name: alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
            and node.module == "django.utils.translation" for alias in node.names}


def _texts_of_module(path):
    tree = ast.parse(path.read_text())
    known = _aliases(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        name = known.get(called, "")
        words = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name in SINGLE | PLURAL and words:
            yield None, words[0]
        elif name in CONTEXT and len(words) == 2:
            yield words[0], words[1]


def _texts_of_template(path):
    nodes = Template(path.read_text()).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        yield node.message_context and node.message_context.resolve({}), node.filter_expression.var.literal
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        yield node.message_context and node.message_context.resolve({}), node.render_token_list(node.singular)[0]


@cache
def texts():
    """{(context, msgid): where} of the whole product."""
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= {text: str(path.relative_to(ROOT)) for text in _texts_of_module(path)}
    for path in (ROOT / "templates").rglob("*.html"):
        found |= {text: str(path.relative_to(ROOT)) for text in _texts_of_template(path)}
    return found


@cache
def catalogue():
    with CATALOGUE.open("rb") as source:
        return {(message.context, message.id[0] if isinstance(message.id, tuple) else message.id): message
                for message in read_po(source, locale="zh_Hans") if message.id}


def translation(message):
    return message.string if isinstance(message.string, str) else message.string[0]


def test_the_source_is_read_at_all():
    assert len(texts()) > 800
    assert (None, "12345 Hotline") in texts()


def test_every_text_of_the_code_is_in_the_catalogue():
    assert {text: where for text, where in texts().items() if text not in catalogue()} == {}


def test_every_text_of_the_catalogue_is_translated():
    assert [text for text, message in catalogue().items() if not translation(message) or message.fuzzy] == []


def test_the_catalogue_keeps_no_text_that_nobody_says():
    assert [text for text in catalogue() if text not in texts()] == []


def test_placeholders_are_the_same_in_both_languages():
    wrong = []
    for (_context, text), message in catalogue().items():
        said = translation(message)
        expected = sorted(PLACEHOLDER.findall(message.id[1] if isinstance(message.id, tuple) else text))
        if sorted(PLACEHOLDER.findall(said)) != expected:
            wrong.append((text, said))
    assert wrong == []


@pytest.mark.parametrize("mark", ["\n", "&", "<"])
def test_line_ends_and_markup_are_kept(mark):
    wrong = [text for (_context, text), message in catalogue().items() if text.count(mark) != translation(message).count(mark)]
    assert wrong == []


def test_the_chinese_is_chinese():
    assert [text for (_context, text), message in catalogue().items()
            if not HAN.search(translation(message)) and not CODES.match(text)] == []
