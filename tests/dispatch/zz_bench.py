import time
from datetime import timedelta
import pytest
from django.db import connection, transaction
from dispatch import escalation
from dispatch.models import Escalation
from tests import factories as make
from tests.factories import NOON
from tickets import trail
from tickets.models import Ticket, TicketEvent
from tickets.clocks import Clock
pytestmark = pytest.mark.django_db(transaction=True)

def cols(model, skip):
    return [f.column for f in model._meta.concrete_fields if f.column not in skip]

def clone(ticket, n):
    with connection.cursor() as c:
        [c.execute(f"ALTER TABLE {t} DISABLE TRIGGER USER") for t in ("tickets_ticket","tickets_ticketevent","tickets_clock")]
        tc = cols(Ticket, {"id","ticket_no"})
        c.execute(f"INSERT INTO tickets_ticket (id, ticket_no, {','.join(tc)}) SELECT 1000000+g, 'B'||g, {','.join(tc)} FROM tickets_ticket, generate_series(1,{n}) g WHERE id=%s", [ticket.pk])
        cc = cols(Clock, {"id","ticket_id"})
        c.execute(f"INSERT INTO tickets_clock (ticket_id, {','.join(cc)}) SELECT 1000000+g, {','.join(cc)} FROM tickets_clock, generate_series(1,{n}) g WHERE ticket_id=%s", [ticket.pk])
        ec = cols(TicketEvent, {"id","ticket_id"})
        c.execute(f"INSERT INTO tickets_ticketevent (ticket_id, {','.join(ec)}) SELECT 1000000+g, {','.join(ec)} FROM tickets_ticketevent, generate_series(1,{n}) g WHERE ticket_id=%s", [ticket.pk])
        [c.execute(f"ALTER TABLE {t} ENABLE TRIGGER USER") for t in ("tickets_ticket","tickets_ticketevent","tickets_clock")]
        c.execute("ANALYZE")

def test_rate():
    p = make.make_people()
    ticket = make.in_hand(p)
    clone(ticket, 20000)
    with connection.cursor() as c:
        sql, params = escalation.due_tickets(NOON+timedelta(minutes=120))[:500].query.sql_with_params() if False else (None,None)
    with transaction.atomic():
        print(escalation.due_tickets(NOON+timedelta(minutes=120))[:500].explain(analyze=True))
    t=time.perf_counter(); cpu=time.process_time()
    done = escalation.sweep(now=NOON+timedelta(minutes=120), batches=10)
    d=time.perf_counter()-t
    print("RATE", done.tickets/d, "CPUms", 1000*(time.process_time()-cpu)/done.tickets)
    import cProfile, pstats
    return
    done = escalation.sweep(now=NOON+timedelta(minutes=120), batches=4)
    pr.disable(); pstats.Stats(pr).sort_stats('cumtime').print_stats(45)
