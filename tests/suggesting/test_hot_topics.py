"""Hot topics: what many people say is found, whatever words stand around it; on the page nothing that somebody may not read."""
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.instant import database_now
from suggesting import hot, tasks, themes
from suggesting.messages import Message
from suggesting.models import Themes
from tests import factories as make
from tests.crowds import cost, signed_in
from tickets.models import Ticket

PAGE = "/topics/"
PARKING = ("投诉A市伊家苑捆绑销售车位", "A市伊家苑开发商强制捆绑车位销售", "伊家苑车位捆绑销售不合理", "反映伊家苑捆绑销售车位问题",
           "西地省伊家苑买房必须买车位捆绑销售", "请处理伊家苑捆绑车位销售的问题")
LOAN = ("98车贷立案半年没有进展", "98车贷案件为什么不通报案情", "98车贷老板跑路，立案没有进展", "请关注98车贷案件立案进展")
OTHERS = ("咨询落户政策", "路灯不亮", "医保报销比例", "公交车太少", "学位申请时间", "油烟扰民", "噪音扰民晚上施工", "自来水有异味", "电梯故障", "树木倒伏",
          "快递丢失", "燃气开户", "垃圾清运", "广场舞音响", "井盖破损", "暖气不热", "幼儿园收费", "违章停车", "宠物伤人", "网络故障")


def spread():
    titles = [*PARKING, *OTHERS[:10], *LOAN, *OTHERS[10:]]
    return [Message(title, f"{title}，希望解决", id=str(number), user=f"u{number}", time=f"2019/{1 + number % 9}/2 8:00:00")
            for number, title in enumerate(titles)]


def test_what_many_people_say_comes_first_and_stays_together():
    found = hot.themes(spread())

    assert found[0].n == len(PARKING) and found[1].n == len(LOAN)
    assert "车位" in "".join(found[0].words) and "98车贷" in found[1].words
    assert "a市" not in "".join(found[0].words) and "西地省" not in "".join(found[0].words)
    assert found[0].users == len(PARKING) and set(found[0].ids) == {str(number) for number in range(len(PARKING))}


def test_one_person_who_writes_often_is_one_person():
    same = [Message(f"98车贷案件立案进展{'啊' * number}", "", id=str(number), user="u1") for number in range(6)]
    theme = hot.themes(same)[0]

    assert (theme.n, theme.users) == (6, 1)


def test_first_and_last_are_by_time_not_by_letters():
    rows = [Message("98车贷案件立案进展", "", id=time, time=time) for time in ("2019/9/30 8:00:00", "2019/10/1 8:00:00", "2019-2-1 8:00:00")]
    theme = hot.themes(rows)[0]

    assert (theme.first, theme.last) == ("2019-2-1 8:00:00", "2019/10/1 8:00:00")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=12))
def test_any_messages_have_themes_and_none_is_in_two(rows):
    found = hot.themes([Message(topic, detail, id=str(number)) for number, (topic, detail) in enumerate(rows)])

    numbers = [number for theme in found for number in theme.ids]
    assert len(numbers) == len(set(numbers)) <= len(rows)
    assert all(theme.n == len(theme.ids) >= theme.users for theme in found)


def test_the_command_prints_them_as_json(tmp_path):
    file, out = tmp_path / "m.jsonl", StringIO()
    file.write_text("\n".join(json.dumps({"topic": each.topic, "detail": each.detail, "user": each.user, "time": each.time,
                                          "message_id": each.id, "likes": 3}, ensure_ascii=False) for each in spread()), "utf-8")

    call_command("hot_topics", str(file), stdout=out)

    first = json.loads(out.getvalue())[0]
    assert set(first) == {"topic", "title", "n", "users", "first", "last", "heat", "message_ids"}
    assert first["n"] == len(PARKING)
    with pytest.raises(CommandError):
        call_command("hot_topics", str(tmp_path / "nowhere.jsonl"))


# --- our own tickets ---------------------------------------------------------------------------------------------------


def take_in(p, titles, **fields):
    now = database_now()
    return [make.in_review(p, now, title=title[:40], content=f"{title}，请处理一下这件事", contact_phone=f"139{number:08d}",
                           **fields) for number, title in enumerate(titles)]


@pytest.mark.django_db
def test_before_the_worker_has_looked_the_page_says_so(p):
    assert "每小时" in signed_in(p.sv).get(PAGE).content.decode()


@pytest.mark.django_db
def test_supervisors_see_the_themes_of_the_week(p):
    taken = take_in(p, [*PARKING, *OTHERS])

    tasks.find_themes()

    page = signed_in(p.sv).get(PAGE).content.decode()
    assert taken[0].ticket_no in page and "伊家苑" in page
    assert str(len(PARKING)) in page
    assert cost(signed_in(p.sv), PAGE) <= 10


@pytest.mark.django_db
def test_nothing_confidential_is_read_or_shown_not_even_later(p):
    secret = take_in(p, PARKING[:4], is_confidential=True)
    taken = take_in(p, LOAN)
    tasks.find_themes()
    assert not {ticket.ticket_no for ticket in secret} & {number for theme in Themes.objects.get().found
                                                          for number in theme["message_ids"]}

    Ticket.objects.filter(pk__in=[ticket.pk for ticket in taken]).update(is_confidential=True)

    assert themes.shown_to(p.sv)[1] == []
    assert "98车贷" not in signed_in(p.sv).get(PAGE).content.decode()


@pytest.mark.django_db
def test_only_the_last_look_is_kept(p):
    tasks.find_themes()
    tasks.find_themes()

    assert Themes.objects.count() == 1


@pytest.mark.django_db
def test_only_who_watches_over_all_units_opens_the_page(p):
    for role in ("sv", "zh", "dl", "ql", "op", "li", "au", "ad"):
        assert signed_in(getattr(p, role)).get(PAGE).status_code == (200 if role in ("sv", "zh", "dl", "ql") else 403)
