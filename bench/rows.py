"""The rows of one intake as plain SQL: what the database alone has to do, with no product around it."""
import json
from itertools import count

from django.db import connection
from psycopg2.extras import Json

from tickets.models import Call, Caller, Clock, IdempotencyKey, TicketEvent

_serial = count(50_000_000)


def table_row(row):
    """(table, {column: value}) of a saved row, as the driver wants the values."""
    fields = {f.column: f.get_db_prep_save(getattr(row, f.attname), connection) for f in row._meta.concrete_fields}
    return row._meta.db_table, {c: Json(v.obj) if hasattr(v, "obj") else Json(v) if isinstance(v, dict) else v
                                for c, v in fields.items()}


def rows_of(ticket, notices=()):
    """Every row that the real action wrote for this ticket, in the order it wrote them."""
    related = [*IdempotencyKey.objects.filter(ticket=ticket), *Caller.objects.filter(pk=ticket.caller_id), ticket,
               *Call.objects.filter(ticket=ticket), *Clock.objects.filter(ticket=ticket),
               *TicketEvent.objects.filter(ticket=ticket).order_by("seq"), *notices]
    return [table_row(row) for row in related]


def write(cursor, rows, *, submitted):
    """One bare transaction: the same inserts, the two counters, and the update from draft to its final state."""
    serial = next(_serial)
    cursor.execute("BEGIN")
    for kind in ("T", "C"):
        cursor.execute("INSERT INTO tickets_dailycounter (kind, day, value) VALUES (%s, '2020-01-01', 1)"
                       " ON CONFLICT (kind, day) DO UPDATE SET value = tickets_dailycounter.value + 1", [kind])
    for table, columns in rows:
        insert(cursor, table, columns, serial)
    if submitted:
        cursor.execute("UPDATE tickets_ticket SET state = 'pending_review', version = 2 WHERE id = %s", [serial])
    cursor.execute("COMMIT")


def insert(cursor, table, columns, serial):
    own = dict(columns)
    if table == "tickets_ticket":
        own |= {"id": serial, "ticket_no": f"B{serial}", "state": "draft", "version": 1}
    else:
        own.pop("id")
    unique = {"ticket_id": serial, "key": f"bench-{serial}", "call_no": f"B{serial}", "cause": f"bench:{serial}"}
    own |= {name: value for name, value in unique.items() if name in own}
    names = ", ".join(f'"{name}"' for name in own)
    marks = ", ".join(["%s"] * len(own))
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(own.values()))  # noqa: S608 (our own names)


def body():
    """What an operator sends, as JSON."""
    return json.dumps({
        "channel": "phone", "caller_name": "彭某", "contact_phone": "13800138000", "type": "complaint", "area": "WJJD",
        "address": "江畔小区3栋", "content": "家中屋顶漏水已经两周,物业一直没有派人来修。", "demand": "希望尽快维修",
        "target": "物业公司", "category": "010201",
    }).encode()
