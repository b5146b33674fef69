"""How long the operator waits for what is like the matter that he is typing, in a district with a history.

    .venv/bin/python -m bench.duplicates [--tickets 200000] [--asked 400] [--data FOLDER [--load-only]]

Tickets are copies of two that the real actions made, one that is open and one that is over, spread over 400 days, places,
categories (some far more often than others), callers and words. While they are loaded, and only on that connection, triggers
and foreign keys are off; checks and unique keys hold. Asked is what a caller might say: the words of a ticket of the last
month, cut off in the middle, by the same caller, by a neighbour, and by somebody whose matter is nowhere. Measured are the
look-up with its scores, the whole answer of the page, and a bare SELECT of twenty rows through one index, which is the least
that a database can do; in turns, on one connection. Exit code 1 when 95 of 100 looks or answers take more than 100 ms.
"""
import argparse
import random
import statistics
import sys
import time
from pathlib import Path

from bench import ground

SLOWEST = 100.0  # ms, of 95 in 100, for the look-up and for the answer
DAYS, CALLERS, OPEN_SHARE = 400, 20_000, 0.05
PLACES = ("江畔小区", "锦绣花园", "望江路", "人民南路", "东湖新村", "滨河苑", "建设巷", "长青里", "阳光城", "和平街")
PHRASES = (
    "家中屋顶漏水已经两周", "物业一直没有派人来修", "小区门口修路夜里一点还在施工", "噪音太大影响休息",
    "路灯不亮已经一个月", "垃圾没有人清运气味很大", "楼道里堆放杂物担心着火", "电梯经常停运老人上下楼不便",
    "停水三天没有通知", "公交车等了一个小时没有来", "单位拖欠工资两个月", "医保卡在药店不能使用",
    "有人占用人行道摆摊", "井盖破损孩子差点摔倒", "电动车在楼道充电", "供暖温度不到十六度",
    "希望有关部门尽快处理并回复", "之前打过电话没有人联系", "多名邻居都有同样的问题", "请工作人员到现场核实情况",
)
BARE = "SELECT id FROM tickets_ticket WHERE area_id = %s ORDER BY registered_at DESC LIMIT 20"
OWN = {
    "id": "%(before)s + c.n", "ticket_no": "to_char(%(now)s - c.back, 'YYYYMMDD') || lpad((%(before)s + c.n)::text, 8, '0')",
    "phone_hash": "callers.hash", "area_id": "c.area", "category_id": "c.category", "address": "c.address",
    "content": "c.content", "title": "left(c.address || ' ' || c.content, 40)", "source_ref": "''",
}
COPIES = """
    WITH drawn AS (SELECT n, random() * %(days)s * interval '1 day' AS back, floor(random() * %(callers)s)::int AS caller,
        (%(areas)s::bigint[])[1 + floor(power(random(), 2) * cardinality(%(areas)s::bigint[]))::int] AS area,
        (%(categories)s::bigint[])[1 + floor(power(random(), 2) * cardinality(%(categories)s::bigint[]))::int] AS category,
        (%(places)s::text[])[1 + floor(random() * cardinality(%(places)s::text[]))::int] || (1 + n %% 40) || '栋' AS address,
        (SELECT string_agg(phrase, '，') FROM (SELECT phrase FROM unnest(%(phrases)s::text[]) phrase, (SELECT n) turn
            ORDER BY hashtext(phrase || n) LIMIT 4) four) AS content FROM generate_series(1, %(count)s) n)
    INSERT INTO tickets_ticket ({names}) SELECT {values} FROM drawn c JOIN callers ON callers.n = c.caller, tickets_ticket t
    WHERE t.id = %(mould)s"""


def moulds(operator, now):
    """A ticket in review and one that was answered, by the real actions."""
    from accounts.models import Unit
    from tickets import intake
    from tickets.models import Category

    matter = {"channel": "phone", "caller_name": "彭某", "contact_phone": "13800138000", "area": Unit.objects.get(code="WJJD"),
              "address": "江畔小区3栋", "content": PHRASES[0], "demand": "希望尽快处理", "target": "物业公司",
              "need_reply": True, "category": Category.objects.get(code="010201"), "urgency": "normal"}
    is_open = intake.register_and_submit(by=operator, now=now, type="complaint", **matter)[0]
    is_over = intake.register_and_answer(by=operator, now=now, answer="请到街道便民服务中心办理。", type="consult", **matter)[0]
    return is_open, is_over


def number_of(caller):
    return f"138{caller:08d}"


def load(loader, operator, tickets, now):
    from psycopg2.extras import execute_values

    from accounts.models import Unit
    from accounts.privacy import phone_hash
    from bench.history import COLUMNS
    from tickets.fields import AREA_KINDS
    from tickets.models import Category

    is_open, is_over = moulds(operator, now)
    drawn = {"days": DAYS, "callers": CALLERS, "places": list(PLACES), "phrases": list(PHRASES), "now": now,
             "areas": list(Unit.objects.filter(kind__in=AREA_KINDS).order_by("pk").values_list("pk", flat=True)),
             "categories": list(Category.objects.order_by("pk").values_list("pk", flat=True))}
    many_open = round(tickets * OPEN_SHARE)
    with loader, loader.cursor() as cursor, ground.without_indexes(cursor, "tickets_ticket"):
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute("CREATE TEMPORARY TABLE callers (n int PRIMARY KEY, hash text)")
        execute_values(cursor, "INSERT INTO callers VALUES %s", [(n, phone_hash(number_of(n))) for n in range(CALLERS)])
        cursor.execute(COLUMNS, ["tickets_ticket"])
        columns = {name: OWN.get(name) or (f't."{name}" - c.back' if kind.startswith("timestamp") else f't."{name}"')
                   for name, kind in cursor.fetchall()}
        statement = COPIES.format(names=", ".join(columns), values=", ".join(columns.values()))
        for mould, count in ((is_open, many_open), (is_over, tickets - many_open)):
            cursor.execute("SELECT max(id) FROM tickets_ticket")
            cursor.execute(statement, drawn | {"mould": mould.pk, "count": count, "before": cursor.fetchone()[0]})
        cursor.execute("SELECT setval(pg_get_serial_sequence('tickets_ticket', 'id'), max(id)) FROM tickets_ticket")
    ground.settle(loader)


def questions(count, now):
    """[(matter, the form that says it)]: a third each by the caller himself, by a neighbour, and out of nowhere."""
    from accounts.privacy import phone_hash
    from tickets.models import Ticket
    from tickets.similar.candidates import REACH, Matter

    chance = random.Random(7)  # noqa: S311 (the same questions in every run)
    callers = {phone_hash(number_of(n)): number_of(n) for n in range(CALLERS)}
    recent = Ticket.objects.filter(registered_at__gt=now - REACH).select_related("category", "area")
    numbers = chance.choices(list(recent.values_list("pk", flat=True)), k=count)
    tickets = recent.in_bulk(numbers)
    for turn, number in enumerate(numbers):
        ticket, phone = tickets[number], f"139{turn:08d}"
        if turn % 3 == 0:
            phone = callers.get(ticket.phone_hash, phone)
        content = ticket.content[:chance.randrange(10, len(ticket.content))] if turn % 3 < 2 else "一件从来没有人说过的事情" * 3
        given = {"content": content, "address": ticket.address if turn % 3 < 2 else "无名路", "area": ticket.area.code,
                 "category": ticket.category.code, "contact_phone": phone}
        yield Matter(phone_hash(phone), ticket.category.code, ticket.area_id, given["address"], content), given


def measured(operator, asked, now):
    """{what: [ms]} and how many candidates there were."""
    from django.db import connection
    from django.test import Client

    from tickets.similar import lookup

    client, counts = Client(SERVER_NAME="127.0.0.1"), []
    client.force_login(operator)
    cursor = connection.cursor()

    def bare(matter, given):
        cursor.execute(BARE, [matter.area_id])
        cursor.fetchall()

    def look(matter, given):
        counts.append(len(lookup.find(matter, now=now)))

    def page(matter, given):
        assert client.post("/tickets/similar/", given).status_code == 200

    acts = {"bare SELECT": bare, "look-up": look, "page": page}
    for matter, given in asked[:20]:  # warm up
        for act in acts.values():
            act(matter, given)
    counts.clear()
    took: dict = {name: [] for name in acts}
    for matter, given in asked:
        for name, act in acts.items():
            begun = time.perf_counter()
            act(matter, given)
            took[name].append((time.perf_counter() - begun) * 1000)
    return took, counts


def report(took, counts):
    """Prints a line each; whether the limit is kept."""
    figures = {name: (*ground.middle_and_late(all_of), max(all_of)) for name, all_of in took.items()}
    bare = figures["bare SELECT"]
    print(f"{len(counts)} matters asked\n{'':<14}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'p50 / bare':>12}{'p95 / bare':>12}")
    for name, (middle, late, worst) in figures.items():
        print(f"{name:<14}{middle:>9.2f}{late:>9.2f}{worst:>9.2f}{middle / bare[0]:>12.1f}{late / bare[1]:>12.1f}")
    some = sum(count > 0 for count in counts)
    print(f"candidates shown for {some} of them, {statistics.mean(counts):.1f} on average")
    kept = all(figures[name][1] <= SLOWEST for name in ("look-up", "page"))
    print(f"p95 of look-up and page at most {SLOWEST:.0f} ms: {'ok' if kept else 'TOO SLOW'}")
    return kept


def prepared(standing, tickets):
    """The operator of a district with so many tickets, which is made unless it is there."""
    from accounts.instant import database_now
    from accounts.models import User
    from bench import intake

    if ground.is_there():
        return User.objects.get(username=intake.OPERATOR)
    operator, begun = intake.prepare(), time.perf_counter()
    with standing.loader() as loader:
        load(loader, operator, tickets, database_now())
    print(f"{tickets:,} tickets over {DAYS} days loaded in {time.perf_counter() - begun:.0f} s", flush=True)
    return operator


def run(standing, chosen):
    from accounts.instant import database_now

    operator, now = prepared(standing, chosen.tickets), database_now()
    if chosen.load_only:
        return True
    asked = list(questions(chosen.asked, now))
    return report(*measured(operator, asked, now))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=200_000)
    options.add_argument("--asked", type=int, default=400)
    options.add_argument("--data", type=Path, help="a folder in which the district is kept; a temporary one by default")
    options.add_argument("--load-only", action="store_true", help="with --data: measure another time")
    chosen = options.parse_args()
    with ground.servers(chosen.data) as standing:
        sys.exit(0 if run(standing, chosen) else 1)


if __name__ == "__main__":
    main()
