"""10,000 generated inputs to every form of intake (tests/inputs.py): an answer each time, never an error of ours."""
import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.instant import database_now
from tests import inputs
from tickets.call_form import CallForm
from tickets.intake_form import IntakeForm
from tickets.saying.forms import ScriptForm, SnippetForm
from tickets.taking import drafts, questions, second_look
from tickets.taking.screen import IntakeScreen, layout


def times(count):
    return settings(max_examples=inputs.of(count), deadline=None, database=None, suppress_health_check=list(HealthCheck))


TELLING = st.sampled_from([
    "", "phone", "complaint", "report", "010201", "100302", "110101", "company", "true", "false", "critical", "normal", "life", "WJJD",
    "ZJ", "望江街道办事处 · WJJD", "13800138000", "+86 138 0013 8000", "0513-85001234-8012", "12345", "11010519491231002X",
    "440524188001010014", "91350100M000100Y43", "家中屋顶漏水已经两周，物业一直没有派人来修。", "希望尽快维修", "39.2", "NaN", "Infinity", "1e9",
    "-0", "2026-11-22T08:30", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "yes", "no", "{}", "[1]", '{"a": {}}', "\x00", "·", " · ",
    "<script>", "%s%(x)s{0}", "'; DROP TABLE", "１３８００１３８０００", "\u202e\u200b", "𠮷" * 60, "长" * 2001, "٣", "²"])
WORDS = st.one_of(TELLING, st.text(max_size=40))
NAMES = [*IntakeForm.base_fields, "key", "act", "answer", "caller_understood", "looked", "call-disposition", "call-note"]
EXTRAS = [f"extra-{name}" for name in ("temperature", "id_card", "dialysis_next", "people", "credit_code", "organisation", "x")]
BODIES = st.dictionaries(st.sampled_from(NAMES + EXTRAS), WORDS, max_size=14)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=4)
ASKS = [questions.Ask(f"a{number}", kind, kind, choices=("一", "二"), least="-5" if kind == "number" else None)
        for number, kind in enumerate(questions.KINDS)]


@pytest.fixture
def op(p):
    client = Client()
    client.force_login(p.op)
    client.raise_request_exception = True
    return client


def judged(form):
    """Asked, shown, and looked at as a page does."""
    form.is_valid()
    assert [str(field) for field, _width in layout(form)]
    assert all(str(field) for field in form.questions)
    list(second_look.of(form))


def test_the_form_of_the_screen(p):
    now = database_now()

    @given(BODIES, st.booleans())
    @times(3000)
    def check(body, strict):
        form = IntakeScreen(body, now=now, strict=strict)
        form.is_valid()
        list(second_look.of(form))

    check()


def test_the_form_as_it_is_shown_again(p):
    now = database_now()

    @given(BODIES)
    @times(300)
    def check(body):
        judged(IntakeScreen(body, now=now))
        again = IntakeScreen(initial=body, now=now)
        again.prepare(body)
        assert [str(field) for field, _width in layout(again)]

    check()


def test_the_form_of_the_api(p):
    now = database_now()

    @given(st.dictionaries(st.sampled_from(list(IntakeForm.base_fields)), WORDS, max_size=10), st.dictionaries(WORDS, JSON, max_size=4))
    @times(2000)
    def check(body, extra):
        form = IntakeForm(body | {"extra": extra}, now=now)
        form.is_valid()
        form = IntakeForm(body | {"extra": json.dumps(extra)}, now=now, strict=True)
        form.is_valid()

    check()


@given(st.dictionaries(st.sampled_from([ask.name for ask in ASKS] + ["other"]), st.one_of(WORDS, st.booleans(), st.integers())))
@times(2500)
def test_the_questions_of_a_category(extra):
    form, kept = questions.checked(ASKS, extra, strict=False)
    if form.is_valid():
        stored = json.loads(json.dumps(questions.sealed(kept, ASKS)))
        told = questions.shown(stored, ASKS, in_full=False)
        assert set(told) == set(kept)
        again, same = questions.checked(ASKS, stored, strict=False)
        assert again.is_valid(), (stored, again.errors)
        assert same == stored


@given(WORDS, WORDS, WORDS)
@times(800)
def test_the_small_forms(one, two, three):
    CallForm({"disposition": one, "caller_number": two, "note": three}).is_valid()
    SnippetForm({"name": one, "text": two, "is_shared": three}, may_share=True).is_valid()
    ScriptForm({"key": one, "language": two, "text": three}).is_valid()


@given(st.dictionaries(st.one_of(st.sampled_from([*NAMES, *drafts.OF_SIGN]), st.text(max_size=70)), WORDS, max_size=12))
@times(1200)
def test_what_a_draft_may_hold(body):
    sign = drafts.sign_of(body)
    assert sign is None or sign.seq >= 0
    try:
        words = drafts.words_of(body)
    except drafts.Refused:
        return
    assert not any("\x00" in text for text in words.values())


def test_the_pages_themselves(op):
    addresses = st.sampled_from(["/tickets/new/", "/tickets/new/draft/", "/tickets/new/besides/", "/tickets/caller/", "/tickets/new/discard/",
                                 "/snippets/keep/"])
    signs = st.fixed_dictionaries({}, optional={name: st.sampled_from(["", "1", "2", "x"]) for name in sorted(drafts.OF_SIGN)})

    @given(addresses, BODIES, signs, st.sampled_from(["submit", "draft", "answer", "invalid", "mask", "express", "?"]))
    @times(200)
    def check(address, body, sign, act):
        assert op.post(address, body | sign | {"act": act}).status_code in (200, 302, 400, 409, 422), (address, body)
        assert op.get("/tickets/new/", {"draft": body.get("key", "")}).status_code == 200

    check()
