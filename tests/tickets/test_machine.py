"""A walker that knows only the specification takes tickets at random through the product, and looks for a disagreement.

Every rule goes through `steps.take`, the door of pages and API. HOTLINE_WALKS=n makes n walks of 30 rules each with
fresh randomness (100,000 attempts: about 1,500 walks); the default is a fixed set of walks that fits into a minute.
"""
import os
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from accounts.models import DutyShift
from dispatch import escalation, requests
from followup import actions as following
from followup import callbacks
from tests import audited
from tests import factories as make
from tests.factories import NOON
from tests.tickets.bodies import body_for
from tests.tickets.model import ACTORS, KIND, MOVES, UNIT_ROLES, Case
from tests.tickets.ready import negative
from tickets import steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Proposal, Ticket

WALKS = int(os.environ.get("HOTLINE_WALKS", "0"))
LENGTH = 30
PROFILE = settings(max_examples=WALKS or 20, stateful_step_count=LENGTH, deadline=None, database=None, derandomize=not WALKS,
                   suppress_health_check=list(HealthCheck), print_blob=False,
                   phases=[Phase.generate, Phase.shrink] if WALKS else [Phase.generate])

TYPES = [("complaint", "normal"), ("complaint", "critical"), ("help", "urgent"), ("consult", "normal"), ("report", "normal")]
BEGINNINGS = [make.draft, make.in_review, make.in_dispatch, make.dispatched, make.in_hand, make.replied, make.in_callback,
              negative, make.in_adjudication, make.closed]
SEED = st.integers(0, 2**24 - 1)  # of a rule's own choices; wider ranges are drawn with a leaning to small numbers
OPERATIONS = sorted(set(steps.STEPS) - set(ACTORS))
ROLES = ("op", "ops", "rv", "dp", "li", "hd", "ul", "cb", "sv", "zh", "dl")
BY = {"add_supplement": "op rv", "change_urgency": "sv dp rv", "set_confidential": "rv sv", "edit_summary": "dp sv", "post_review": "rv", "remind": "op sv",
      "request_suspension": "li hd ul", "reject_suspension": "sv", "request_exclusion": "ul", "decide_exclusion": "zh sv",
      "record_progress": "hd", "answer_part": "li", "add_co_unit": "dp", "waive_parts": "dp", "acknowledge_reminders": "li",
      "issue_supervision": "sv dl", "instruct": "dl", "answer_supervision": "li", "send_back_supervision": "sv", "close_supervision": "sv",
      "split_off": "rv sv", "open_conference": "sv dl", "add_to_conference": "li dp", "close_conference": "sv zh",
      "keep_tracking": "sv li", "move_tracking": "sv li", "finish_tracking": "sv li", "log_tracking": "sv",
      "record_outcome": "cb", "record_declined": "cb", "give_up": "cb", "record_withdrawal_answer": "cb",
      "correct_outcome": "cb sv", "order_re_callback": "sv", "second_not_reached": "cb",
      "appeal_result": "ul", "object_to_decision": "ul", "decide_appeal": "sv zh dl",
      "propose_article": "op li", "reject_proposal": "dl sv ul"}
WAITS = [timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2), timedelta(hours=9), timedelta(days=1),
         timedelta(days=3)]
UNITS = ("ZJ", "CG", "WJJD")


class World:
    """The people of all walks; made once, in the transaction of the test."""

    def __init__(self):
        self.people = make.make_people()
        for role in UNIT_ROLES:
            for unit in UNITS[1:]:
                setattr(self.people, f"{role}_{unit}", make.make_user(role.upper(), unit))
        self.people.rv2, self.people.dl2 = make.make_user("RV", "RX"), make.make_user("DL", "RX")
        self.people.cb2 = make.make_user("CB", "RX-HF")
        self.people.li_HB, self.people.li_SCJG = make.make_user("LI", "HB"), make.make_user("LI", "SCJG")
        make.make_user("UL", "ZJ", username="leader")
        always = {"unit": make.unit("RX"), "starts_at": NOON - timedelta(days=1), "ends_at": NOON + timedelta(days=1000)}
        DutyShift.objects.create(kind="duty_leader", user=self.people.dl, **always)
        DutyShift.objects.create(kind="shift_leader", user=self.people.ops, **always)
        self.taken, self.refused, self.rules, self.walks = Counter(), Counter(), 0, 0

    def person(self, role, ticket, pick):
        """Somebody with this role; of the lead unit, when the ticket has one and the role is a unit's."""
        lead = ticket.lead_unit.code if ticket.lead_unit else "ZJ"
        if role in UNIT_ROLES and lead != "ZJ":
            return getattr(self.people, f"{role}_{lead}", getattr(self.people, role))
        second = getattr(self.people, f"{role}2", None)
        return pick([getattr(self.people, role), second]) if second else getattr(self.people, role)

    def everybody(self):
        return [name for name in vars(self.people) if name != "system"]


WORLD: World


class Walk(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now, self.cases, self.seen, self.numbers, self.story = NOON, {}, {}, {}, 0
        self.room = transaction.atomic()
        self.room.__enter__()

    def teardown(self):
        try:
            if self.cases:
                self.look_back()
        finally:
            transaction.set_rollback(True)
            self.room.__exit__(None, None, None)

    # --- rules -------------------------------------------------------------------------------------------------

    @initialize(seed=SEED)
    def first_calls(self, seed):
        for _call in range(2):
            self.call(self.dice(seed))

    @precondition(lambda self: len(self.cases) < 3)
    @rule(seed=SEED)
    def another_call(self, seed):
        self.call(self.dice(seed))

    @rule(seed=SEED, times=st.sampled_from([3, 6, 12]))
    def go_on(self, seed, times):
        """Steps that the model allows, by somebody whom it allows."""
        random = self.dice(seed)
        pick = random.choice
        pk = self.choose(pick)
        for _step in range(times):
            case, ticket = self.cases[pk], Ticket.objects.select_related("lead_unit").get(pk=pk)
            if pick([False, False, True]):
                self.second_person(ticket, pick)
                continue
            moves = [name for name in case.moves() if not case.forbids(name)]
            others = [name for name in OPERATIONS if ticket.state in steps.STEPS[name].states]
            if not moves + others:
                return
            seldom = [1 / (1 + 4 * case.steps.count(name)) for name in moves]  # otherwise most of a walk is "no answer"
            name = pick(others) if not moves or pick([True, False, False]) and others else random.choices(moves, seldom)[0]
            role = pick((ACTORS.get(name) or BY.get(name) or " ".join(ROLES)).replace("system", "").split() or ["sv"])
            self.attempt(ticket, name, WORLD.person(role, ticket, pick), role, pick)

    def second_person(self, ticket, pick):
        """Somebody looks at what waits for him."""
        waiting = list(Proposal.objects.filter(ticket=ticket, status="open").order_by("pk").values_list("step", flat=True))
        if waiting:
            name = pick(waiting)
            role = pick((ACTORS.get(name) or "zh dl sv ul").split())
            self.attempt(ticket, name, WORLD.person(role, ticket, pick), role, pick)

    @rule(seed=SEED)
    def stray(self, seed):
        """Any step by anybody: most of it must be refused, and leave nothing behind."""
        pick = self.dice(seed).choice
        ticket = Ticket.objects.select_related("lead_unit").get(pk=self.choose(pick))
        name, who = pick(sorted(steps.STEPS)), pick(WORLD.everybody())
        self.attempt(ticket, name, getattr(WORLD.people, who), who.rstrip("2").split("_")[0], pick)

    @rule(span=st.sampled_from(WAITS))
    def time_passes(self, span):
        """Whatever runs by itself: sweep, text messages that expire, suspensions that end, the nightly archive."""
        self.now += span
        self.story = hash((self.story, span.total_seconds()))
        system = WORLD.people.system
        escalation.sweep(now=self.now)
        callbacks.expire_surveys(now=self.now)
        requests.resume_due(by=system, now=self.now)
        following.archive_due(now=self.now)
        for pk in list(self.cases):
            self.sync(pk)

    # --- what the rules are made of --------------------------------------------------------------------------------

    def dice(self, seed):
        """One number instead of a hundred draws. Hypothesis likes to give numbers again; the walk so far makes them differ."""
        self.story = hash((self.story, seed))
        return Random(self.story)

    def call(self, random):
        (type_, urgency), begin = random.choice(TYPES), random.choice(BEGINNINGS)
        early = begin is make.draft
        self.now += timedelta(seconds=1)
        ticket = begin(WORLD.people, self.now, type="complaint" if not early else type_, urgency=urgency,
                       is_confidential=early and type_ == "report")
        self.cases[ticket.pk], self.seen[ticket.pk], self.numbers[ticket.pk] = Case(), 0, ticket.ticket_no
        self.sync(ticket.pk)

    def choose(self, pick):
        """Open ones first: a walk that only looks at finished tickets finds nothing."""
        return pick(sorted(self.cases, key=lambda pk: KIND[self.cases[pk].state] == "final")[:3])

    def attempt(self, ticket, name, user, role, pick):
        self.now += timedelta(seconds=pick([1, 61]))
        case, step = self.cases[ticket.pk], steps.STEPS[name]
        found = Ticket.objects.visible_to(user).filter(pk=ticket.pk).first()
        if found is None:
            return
        WORLD.rules += 1
        body = body_for(name, found, self.now, pick, [Ticket(pk=pk, ticket_no=no) for pk, no in self.numbers.items()])
        before = fingerprint(ticket.pk)
        try:
            with transaction.atomic():
                taken = steps.take(step, found, by=user, body=body, now=self.now, version=found.version)
                audited.check_deferred()
        except (AlreadyMoved, PermissionDenied, Refused, steps.Invalid) as refusal:
            self.check_refusal(case, name, role, refusal)
            assert fingerprint(ticket.pk) == before, f"{name} was refused and left something behind"
        else:
            if taken.proposal is None and name in MOVES:
                assert case.starts_here(name), f"{name} was taken in {case.state}"
                assert not case.forbids(name), f"{name} was taken although a guard forbids it"
                assert case.may(name, role), f"{role} took {name}"
            for pk in list(self.cases):
                self.sync(pk)

    def check_refusal(self, case, name, role, refusal):
        WORLD.refused[type(refusal).__name__] += 1
        if name not in MOVES:
            return
        here, may = case.starts_here(name), case.may(name, role)
        if isinstance(refusal, AlreadyMoved):
            assert not here, f"{name} does start in {case.state}"
        elif isinstance(refusal, PermissionDenied):
            assert here, f"{name} does not start in {case.state}: AlreadyMoved is the answer"
        else:
            assert here and may, f"{role} heard why {name} is not possible, not that it is not his"

    def sync(self, pk):
        """Play the new events to the model; it must know every move and end in the same state."""
        case, ticket = self.cases[pk], Ticket.objects.get(pk=pk)
        if ticket.version == self.seen[pk]:
            return
        for event in ticket.events.filter(seq__gt=self.seen[pk]).order_by("seq"):
            self.seen[pk] = event.seq
            if event.is_move:
                case.follow(event.name, event.source, event.target, event.data)
                WORLD.taken[event.name] += 1
        case.type, case.urgency, case.outcome = ticket.type, ticket.urgency, ticket.callback_outcome
        case.beyond_duty = ticket.beyond_duty
        assert ticket.state == case.state

    def look_back(self):
        """At the end of every walk: what nobody may ever find, asked by the audit and once more here."""
        WORLD.walks += 1
        escalation.sweep(now=self.now)
        audited.check_deferred()
        assert audited.broken(self.now) == {}
        for ticket in Ticket.objects.filter(pk__in=self.cases, state__in=["closed", "archived"]):
            mandatory = ticket.type in ("help", "complaint", "report") or self.cases[ticket.pk].dispatched
            asked = ticket.callback_tasks.exists() and not ticket.callback_tasks.filter(outcome="").exists()
            assert asked or not mandatory, f"{ticket} is over and nobody was asked"
            assert ticket.callback_outcome != "negative" or ticket.decided_by_id != ticket.second_by_id


def fingerprint(pk):
    """Everything that a step could leave behind on a ticket, in one query."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT to_jsonb(t)::text,
                   (SELECT string_agg(to_jsonb(c)::text, '' ORDER BY c.id) FROM tickets_clock c WHERE c.ticket_id = t.id),
                   (SELECT string_agg(to_jsonb(a)::text, '' ORDER BY a.id) FROM dispatch_assignment a WHERE a.ticket_id = t.id),
                   (SELECT string_agg(to_jsonb(r)::text, '' ORDER BY r.id) FROM dispatch_request r WHERE r.ticket_id = t.id),
                   (SELECT string_agg(to_jsonb(k)::text, '' ORDER BY k.id) FROM followup_callbacktask k WHERE k.ticket_id = t.id),
                   (SELECT count(*) FROM tickets_proposal p WHERE p.ticket_id = t.id)
            FROM tickets_ticket t WHERE t.id = %s""", [pk])
        return cursor.fetchone()


@pytest.mark.slow
@pytest.mark.django_db
def test_random_walks_agree_with_the_model_and_leave_nothing_that_the_audit_finds():
    global WORLD
    audited.with_all_triggers()
    WORLD = World()

    run_state_machine_as_test(Walk, settings=PROFILE)

    never = sorted(set(ACTORS) - set(WORLD.taken))
    print(f"\n{WORLD.walks} walks, {WORLD.rules} attempts, {sum(WORLD.taken.values())} moves, {dict(WORLD.refused)}; "
          f"{len(ACTORS) - len(never)} of {len(ACTORS)} transitions; never: {', '.join(never)}")
    assert len(never) <= (4 if WALKS >= 500 else 22)
