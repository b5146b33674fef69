"""Warnings and memos as pages show them, made by the real looks and acts."""
from datetime import timedelta

from insights.alerts import acts, broadcasts, keeping, sorting
from insights.memos import acts as memos
from tests import factories as make
from tests.factories import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WATER = ("滨江路从早上停水到现在，自来水一滴都没有", "滨江路这边停水了，自来水没有通知就断了", "家里停水，自来水一滴都没有，在滨江路", "滨江路自来水停水什么时候恢复",
         "滨江路停水，自来水一滴都没有，饭都做不了", "滨江路停水一上午了，自来水没有通知", "滨江路又停水，自来水一滴都没有，没人管")
OTHERS = ("路灯不亮晚上看不清", "垃圾桶满了无人清运", "公交车等了很久不来", "楼下烧烤油烟很大", "人行道上违章停车", "广场舞音响太吵", "医保报销比例怎么算",
          "幼儿园入园条件咨询", "快递丢失无人赔偿", "树枝挡住窗户")
ANSWER = "滨江路供水管道正在抢修，预计今晚8点恢复供水。"


def report(p, now, text, number, *, begin=make.in_review, **fields):
    return begin(p, now, content=f"{text}，希望尽快处理这件事情。", contact_phone=f"139{number:08d}", target="", **fields)


def outage(p, now, texts=WATER, *, road="滨江路", **fields):
    """Neighbours call every five minutes; the last one at `now`."""
    return [report(p, now - (len(texts) - 1 - number) * 5 * MINUTE, text.replace("滨江路", road), number, address=f"{road}12号", **fields)
            for number, text in enumerate(texts)]


def town(p, now):
    """What it always reports, around the burst."""
    for number, text in enumerate(OTHERS):
        report(p, now - 2 * DAY - number * HOUR, text, 100 + number, address=f"幸福街{number}号", category=make.category("010202"))


DISTINCT = ("屋顶漏水没有人来修", "外墙裂缝越来越大", "卫生间渗水到楼下", "阳台地面开裂", "电梯井进水", "地下车库积水", "窗户关不严漏风", "楼道墙皮脱落", "化粪池堵塞外溢",
            "供暖管道爆裂", "天花板发霉", "厨房下水返味")


def leaks(p, now, count, **fields):
    return [report(p, now - number * HOUR, DISTINCT[number % 12] + "甲乙丙丁戊己庚辛壬癸"[number % 10] * 3, 300 + number,
                   address="", **fields) for number in range(count)]


# --- at one instant, in tests ---------------------------------------------------------------------------------------------


def burst(p, now=NOON, texts=WATER, **fields):
    """An outage in a town that reports what it always does."""
    town(p, now)
    return outage(p, now, texts, **fields)


def warned(p, **fields):
    """(the warning, its tickets)"""
    tickets = burst(p, **fields)
    (alert,) = keeping.look(now=NOON)
    return alert, tickets


def taken_up(p, **fields):
    alert, tickets = warned(p, **fields)
    return acts.take_up(alert.pk, by=p.sv, now=NOON), tickets


# --- in the world of the pages ----------------------------------------------------------------------------------------------


def make_alerts(p, now):
    """{name: Alert}: one each that waits, that is in hand with answers, and that is over."""
    town(p, now)
    found = {}
    for name, road, area in (("taken up", "滨江路", "WJJD"), ("over", "学府路", "XAJD")):
        outage(p, now - MINUTE, road=road, area=make.unit(area))
        found[name] = next(alert for alert in keeping.look(now=now - MINUTE) if alert.kind == "cluster")
    for number in range(12):
        report(p, now, f"{OTHERS[number % 10]}{'甲乙丙丁戊己庚辛壬癸'[number % 10] * 3}", 300 + number, address="", category=make.category("010203"))
    found["open"] = next(alert for alert in keeping.look(now=now) if alert.code)
    acts.take_up(found["taken up"].pk, by=p.sv, now=now)
    for name in ("open", "taken up"):
        sorting.leave_out(found[name].pk, found[name].links.last().ticket_id, by=p.sv, now=now)
    row = broadcasts.write(found["taken up"].pk, by=p.sv, now=now, text=ANSWER)
    broadcasts.decide(found["taken up"].pk, row.pk, by=p.dl, now=now, approved=True)
    broadcasts.send(clock=lambda: now)
    broadcasts.write(found["taken up"].pk, by=p.sv, now=now, text=ANSWER)
    acts.false_alarm(found["over"].pk, by=p.sv, now=now, reason="计划检修，已提前公告")
    return found


def make_memos(world):
    """{status: Memo}"""
    p, now = world.people, world.now
    tickets = [world.tickets[name] for name in ("handling", "pending_review")]
    found = {}
    for name in ("drafted", "sent", "answered", "closed"):
        memo = memos.draft(by=p.sv, now=now, unit=make.unit("ZJ"), title="关于屋面渗漏的治理建议", due_at=now + 5 * DAY, tickets=tickets,
                           text="渗漏投诉集中，建议对老旧小区屋面开展排查。", alert=world.alerts["taken up"])
        if name != "drafted":
            memos.send(memo.pk, by=p.sv, now=now)
        if name in ("answered", "closed"):
            memos.answer(memo.pk, by=p.ul, now=now, adopted=True, text="已组织排查，月底前完成整改。")
        if name == "closed":
            memos.close(memo.pk, by=p.sv, now=now, ending="已落实，排查完成。")
        found[name] = memo
    return found
