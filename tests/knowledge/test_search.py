"""Finding articles: any word of two letters, ranked; by what a citizen says; only what is in force at the place."""
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import search
from knowledge.models import Article, Version
from tests.factories import unit
from tests.knowledge.articles import TODAY, draft, editors, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(p):
    return editors()


def titles(words="", said="", area=None, day=TODAY):
    rows = Version.objects.in_force(day).for_area(area).shown()
    return [row.title for row in search.best(rows, words, said, 10)]


def test_any_two_letters_of_a_word_find_it_wherever_they_stand(two):
    published(*two)

    for words in ("居住", "住证", "便民", "外地", "暂住", "条例", "居住证 工作日", "指南》2026"):
        assert titles(words) == ["居住证如何申领"], words
    assert titles("护照") == []
    assert titles("居住证 护照") == ["居住证如何申领"]  # what nothing holds is taken as something said


def test_a_title_comes_before_keywords_before_a_question_before_an_answer(two):
    for title, fields in (("甲", {"answer": "可以办理停水报修登记的窗口。"}), ("乙", {"question": "停水怎么办"}),
                          ("丙", {"keywords": "停水 水压"}), ("停水查询", {})):
        published(*two, title=title, **{"question": "", "keywords": "其他", "answer": "请拨打水务热线查询。"} | fields)

    assert titles("停水") == ["停水查询", "丙", "乙", "甲"]


def test_of_two_equal_ones_the_one_that_was_used_comes_first(two):
    used = published(*two, title="停电报修一")
    published(*two, title="停电报修二")
    assert titles("停电") == ["停电报修二", "停电报修一"]

    Article.objects.filter(pk=used.article_id).update(uses=3)

    assert titles("停电") == ["停电报修一", "停电报修二"]


def test_what_a_citizen_says_finds_articles_by_their_keywords(two):
    published(*two)
    published(*two, title="公交卡挂失", keywords="公交卡 挂失", question="", answer="持身份证到公交公司网点挂失补办。")

    said = "市民来电说自己从外地来,想问一下居住证在哪里办,需要带什么材料,我们想知道。"
    assert titles(said=said) == ["居住证如何申领"]
    assert titles("我的公交卡丢了怎么挂失") == ["公交卡挂失"]  # typed as a sentence
    assert titles(said="想问一下怎么办理,需要什么材料") == []


def test_only_what_is_in_force_is_found(two):
    draft(two[0], title="草稿居住")
    published(*two, title="将来居住", valid_from=date(2026, 4, 1))
    published(*two, title="今天居住", valid_to=TODAY)

    assert titles("居住") == ["今天居住"]
    assert titles("居住", day=date(2026, 4, 2)) == ["将来居住"]


def test_an_article_of_a_place_counts_there_and_below(two):
    published(*two, title="望江居住", area=unit("WJJD"))
    published(*two, title="江畔居住", area=unit("WJJD-01"))
    published(*two, title="全区居住")

    assert set(titles("居住")) == {"望江居住", "江畔居住", "全区居住"}
    assert set(titles("居住", area=unit("WJJD-01"))) == {"望江居住", "江畔居住", "全区居住"}
    assert set(titles("居住", area=unit("WJJD"))) == {"望江居住", "全区居住"}
    assert titles("居住", area=unit("CHJD")) == ["全区居住"]


def test_full_width_and_capital_letters_are_the_same(two):
    published(*two, title="ＥＴＣ办理", keywords="ETC", answer="请到银行网点办理 Etc 卡。")

    assert titles("etc") == ["ＥＴＣ办理"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=300))
def test_any_text_is_a_question(p, words, said):
    titles(words, said)


@given(st.text(max_size=250))
def test_keywords_are_kept_folded_and_once(text):
    kept = search.keywords_of(text).split(" ")

    assert len(kept) == len(set(kept))
    assert search.keywords_of(" ".join(kept)) == " ".join(kept)
