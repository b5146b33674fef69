"""A small hotline in which every state, every open question and every step has a ticket, made by the real actions."""
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, models
from django.test import Client

from accounts import second_factor
from accounts.instant import database_now
from accounts.models import DutyKind, DutyShift, User
from accounts.privacy import phone_hash
from accounts.roles import Role
from dispatch import escalation
from dispatch.evidence import acts as evidence
from followup import claims
from followup.annotations import keeping
from followup.city import lines as city
from followup.city.files import Entry
from followup.models import TrackedItem
from followup.sampling import drawing
from followup.tracking import following, listing
from hotline import desks
from insights.models import Report
from insights.reports import acts as reports
from insights.reports import making as making_reports
from knowledge import actions as knowledge
from tests import factories
from tests.api import lives
from tests.factories import unit
from tests.followup import surveys
from tests.insights import warnings
from tests.knowledge import articles
from tests.telephony import calls
from tests.tickets import ready
from tests.tickets.bodies import body_for
from tickets import queues, weeks
from tickets.asking import versions
from tickets.channels import arrival, handling
from tickets.exports import asking, making, sources
from tickets.files import keeping as files
from tickets.files import pieces
from tickets.models import Export, Ticket
from tickets.saying import scripts, snippets
from tickets.similar import notes
from tickets.steps import STEPS, offers, take
from tickets.taking import drafts, questions
from tickets.telephony import ledger

PASSWORD = "Corn-flower-field-88"
READS_NOTHING = {"AD", "KE"}
FRESH = ("draft", "in_review", "in_dispatch", "dispatched", "in_hand", "replied", "in_callback", "answered", "closed")
CHAINS = {  # what came of a ticket in hand: the steps that were taken with it, each by the first who may
    "reminded": ["remind"],
    "ordered": ["issue_supervision"],
    "order answered": ["issue_supervision", "answer_supervision"],
    "shared": ["add_co_unit"],
    "exclusion asked": ["request_exclusion"],
    "exclusion proposed": ["request_exclusion", "decide_exclusion"],
    "suspension asked": ["request_suspension"],
    "withdrawal asked": ["request_withdraw"],
    "consulted": ["open_conference", "add_to_conference"],
    "consultation decided": ["open_conference", "add_to_conference", "close_conference"],
}


class World:
    """People as `world.people.op`, tickets by name, and who may take which step with which of them."""

    def __init__(self):
        self.people = factories.make_people()
        self.people.co = factories.make_user(Role.LI, "HB")  # of a unit that takes part
        self.now = database_now()
        self.tickets = {name: make(self.people) for name, make in lives.IN_STATE.items()}
        self.add_fresh_ones()
        self.add_open_questions()
        self.add_appeals()
        self.call_somebody()
        self.track_some()
        self.tickets["asked by message"], self.survey = surveys.ask(self.people)
        self.call_again()
        self.write_articles()
        self.write_in()
        self.keep_texts()
        self.put_on_duty()
        self.ring_somebody()
        self.heed_a_caller()
        self.ask_for_files()
        self.alerts = warnings.make_alerts(self.people, self.now)
        self.memos = warnings.make_memos(self)
        escalation.sweep(now=self.now)
        self.hold_people_up()
        self.make_reports()
        self.offered = self.find_offers()
        self.sessions = {who: session_of(user) for who, user in vars(self.people).items() if not user.is_system}

    def user(self, role):
        return getattr(self.people, role.lower())

    def add_fresh_ones(self):
        """The first ones are months late; of these nothing is late yet."""
        for name in FRESH:
            self.tickets[f"fresh {name}"] = getattr(factories, name)(self.people, self.now - timedelta(minutes=3))
        self.tickets["confidential"] = factories.in_hand(self.people, self.now - timedelta(minutes=3), is_confidential=True)

    def add_open_questions(self):
        known = set(lives.IN_STATE.values())
        for name, (make, _who) in ready.READY.items():
            if make not in known:
                self.tickets[f"for {name}"] = make(self.people)
                known.add(make)
        expressed = ready.critical(self.people)
        self.tickets["expressed"] = self.takes(expressed, "express_dispatch")
        for name, steps in CHAINS.items():
            ticket = factories.in_hand(self.people)
            for step in steps:
                ticket = self.takes(ticket, step)
            self.tickets[name] = ticket
        evidence.add(self.tickets["shared"].pk, by=self.people.li, now=self.now, pieces=[
            pieces.Piece("现场勘查记录.pdf", "pdf", b"%PDF-1.7 %%EOF")])
        for key in ("of the caller", "unfinished"):
            files.keep([SimpleUploadedFile("屋顶照片.pdf", b"%PDF-1.7 %%EOF")], by=self.people.op, key=key, now=self.now)
        files.attach(list(files.pending(self.people.op, "of the caller")), self.tickets["shared"])

    def add_appeals(self):
        """The first callback of each was made by somebody who looks at no page, so that there is one who may call again."""
        people = SimpleNamespace(**vars(self.people) | {"cb": factories.make_user(Role.CB, "RX-HF")})
        chains = {"appealed": [], "appeal decided": ["decide_appeal"], "called again": ["order_re_callback"],
                  "appeal objected": ["decide_appeal", "object_to_decision"]}
        for name, steps in chains.items():
            ticket = factories.closed(people, self.now - timedelta(minutes=3))
            for step in ("appeal_result", *steps):
                ticket = self.takes(ticket, step)
            self.tickets[name] = ticket
        self.tickets["disputed"] = self.takes(
            factories.answered(people, self.now - timedelta(minutes=3), answers=factories.UNHAPPY), "order_re_callback")
        proposed = self.takes(factories.closed(people, self.now - timedelta(minutes=3)), "appeal_result")
        body = {"decision": "excluded", "words": "属不合理诉求"}
        self.tickets["exclusion by appeal"] = take(STEPS["decide_appeal"], self.seen(people.sv, proposed), by=people.sv, body=body,
                                                   now=self.now).ticket

    def takes(self, ticket, step):
        for _who, user in self.readers():
            found = self.seen(user, ticket)
            if found and step in {offer.step.name for offer in offers(found, user)}:
                return take(STEPS[step], found, by=user, body=body_for(step, found, self.now), now=self.now).ticket
        raise AssertionError(f"nobody takes {step} with a ticket that is {ticket.state}")

    def call_somebody(self):
        """The agent has one callback in hand for as long as pages are looked at."""
        task = claims.claim(self.tickets["fresh in_callback"].pk, by=self.people.cb, now=self.now)
        claims.prolong(task.pk, ticket=task.ticket, by=self.people.cb, now=self.now + timedelta(days=1))

    def track_some(self):
        """A follow-up of several people, and the list of the week in which everything here happened."""
        self.tickets["annotated"] = factories.in_hand(self.people)
        for user in (self.people.sv, self.people.li, self.people.rv):
            keeping.keep(self.tickets["annotated"].pk, by=user, now=factories.NOON, text="维修后再问一次",
                         until=factories.NOON.date() + timedelta(days=2))
        listing.make(weeks.monday_of(factories.NOON.date()), now=factories.NOON + timedelta(days=7))
        listing.catch_up(now=self.now)
        self.tickets["tracked"] = TrackedItem.objects.filter(left_at=None).latest("pk").ticket
        following.log(self.tickets["tracked"].pk, by=self.people.sv, now=self.now, cause="slow", text="已约谈承办单位")

    def call_again(self):
        """The city called about a closed ticket, and of the callbacks that ended unreachable one is drawn."""
        city.take([Entry(1, self.tickets["closed"].ticket_no, "negative", (self.now - timedelta(hours=1)).isoformat())],
                  by=self.people.sv, now=self.now)
        week = weeks.monday_of(factories.NOON.date())
        drawing.publish(week, by=self.people.sv, now=self.now)
        self.sampled = drawing.draw(week, by=self.people.sv, now=self.now).callbacks.first()

    def write_articles(self):
        """One in two versions, one that waits for the editor's approval, and a proposal; numbers in this order."""
        ke, other = self.people.ke, factories.make_user(Role.KE, "RX-ZS")
        lasting = {"review_on": self.now.date() + timedelta(days=90)}
        first = articles.published(other, ke, self.now, ivr_text="满半年可到街道申领。", ivr_key="12", **lasting)
        knowledge.write(by=ke, now=self.now, number=first.article.number, base=1,
                        **articles.content(**lasting, answer="居住满半年即可申领,七个工作日内办结。", change_note="时限缩短"))
        waits = articles.submitted(other, self.now, title="公租房申请条件", **lasting)
        proposed = knowledge.propose(title="路灯报修电话", answer="拨打供电公司电话报修即可。", by=self.people.op, now=self.now)
        self.articles = [row.article.number for row in (first, waits, proposed)]

    def write_in(self):
        """Messages of several channels: waiting, late, in hand, handled."""
        def comes(name, **fields):
            given = {"channel": "email", "source_ref": f"{name}@example.cn", "subject": "屋顶漏水", "sender": "彭某某",
                     "address": "peng@example.cn", "body": "家中屋顶漏水已经两周,物业一直没有派人来修。",
                     "received_at": self.now - timedelta(minutes=9)} | fields
            return arrival.receive(by=self.people.op, now=self.now, **given)[0]

        self.messages = {
            "taken": comes("taken", phone="13800138000", attachments=[{"name": "屋顶.jpg", "size": 81_920, "sha256": "ab" * 32}]),
            "late": comes("late", channel="superior", source_ref="SJ-17", urgency="urgent", answer_by=self.now + timedelta(days=3),
                          received_at=self.now - timedelta(hours=5)),
            "joined": comes("joined", channel="wechat"), "spam": comes("spam", channel="letter")}
        handling.take(self.messages["taken"].pk, by=self.people.op, now=self.now)
        handling.join(self.messages["joined"].pk, by=self.people.op, now=self.now, ticket_no=self.tickets["handling"].ticket_no)
        handling.no_matter(self.messages["spam"].pk, by=self.people.ops, now=self.now, reason="spam", note="推销广告")

    def keep_texts(self):
        """Own words of the house, texts to insert, and a call that an operator has not finished."""
        scripts.write(key="opening", language="zh-hans", text="您好，澄湖区12345，请讲。", by=self.people.ops, now=self.now)
        leak = versions.of("010201")[0]
        versions.write(code="010201", base=1, asks=[questions.Ask("", "渗漏范围", "number", least="0", unit="平方米"),
                                                    *map(questions.ask_of, leak.asks)], template=leak.template,
                       by=self.people.ad, now=self.now)
        for by, is_shared in ((self.people.op, False), (self.people.ops, True)):
            snippets.keep(name="停水核实", text="已联系自来水公司核实。", is_shared=is_shared, by=by, now=self.now)
        drafts.save(by=self.people.op, now=self.now, key="unfinished", words={"content": "家中停水", "category": "050101"},
                    sign=drafts.Sign("page", 1, 0, leaves=True))

    def put_on_duty(self):
        for kind, user in ((DutyKind.DUTY_LEADER, self.people.dl), (DutyKind.SHIFT_LEADER, self.people.ops)):
            DutyShift.objects.create(kind=kind, unit=unit("RX"), user=user, starts_at=self.now - timedelta(hours=1),
                                     ends_at=self.now + timedelta(days=2))

    def ring_somebody(self):
        """The operator speaks with a citizen, whom he has connected to an ambulance; the shift leader's telephone rings."""
        for user, extension in ((self.people.op, "8001"), (self.people.ops, "8002")):
            calls.sits(user, extension, now=self.now)
            call = calls.rings(f"call of {user.username}".replace(" ", "-"), extension, at=self.now)
            if user == self.people.op:
                calls.answers("call-of-" + user.username, extension, at=self.now)
                ledger.connect(call.pk, by=user, now=self.now, line="120", result="connected", note="老人晕倒")

    def heed_a_caller(self):
        notes.add(number_hash=phone_hash("13800138000"), kind="language", who="彭某", words="说粤语，请慢些说", by=self.people.sv,
                  now=self.now, valid_from=self.now, valid_to=self.now + timedelta(days=30), owner="督办组", reason="多次听不清")

    def ask_for_files(self):
        """The duty leader has files in every state, and one of the supervisor's to decide on."""
        desks_known = (*desks.DESKS, queues.EVERYTHING)

        def asks(user, *, in_full=False, form="csv"):
            source = sources.TicketList(queues.EVERYTHING, user, "list=all", self.now, in_full)
            return asking.ask(source, query="list=all", reason="周例会用", form=form, in_full=in_full, request=None, now=self.now)

        asks(self.people.sv, in_full=True)
        waits = asks(self.people.sv, in_full=True, form="xlsx")
        asking.decide(waits.pk, by=self.people.dl, now=self.now, approved=False, decision="用脱敏的即可")
        asks(self.people.dl)
        making.make_all(desks_known, database_now)
        making.fail(asks(self.people.dl), self.now)
        asking.drop(asks(self.people.dl).pk, by=self.people.dl, now=self.now)
        asks(self.people.dl, in_full=True)
        asks(self.people.dl, form="xlsx")
        writing = making.claim(self.now)
        Export.objects.filter(pk=writing.pk).update(done=3, tries=2, beat_at=self.now + timedelta(days=1))

    def make_reports(self):
        """A report in every state."""
        def asks(kind, days=1):
            return reports.ask(kind, self.now - timedelta(days=days), by=self.people.sv, now=self.now)

        self.reports = {"issued": asks("daily"), "approved": asks("hourly"), "draft": asks("weekly", 9)}
        making_reports.make_all(lambda: self.now)
        for name in ("issued", "approved"):
            reports.approve(self.reports[name].pk, by=self.people.dl, now=self.now)
        reports.issue(self.reports["issued"].pk, by=self.people.zh, now=self.now)
        self.reports["failed"] = asks("daily", 2)
        for status in ("making", "failed"):
            Report.objects.filter(pk=self.reports["failed"].pk).update(status=status)
        self.reports["queued"] = asks("daily", 3)

    def hold_people_up(self):
        """People on their way in who stand at one of the pages between the password and the first desk."""
        self.newcomer = factories.make_user(Role.OP, "RX-JX", username="newcomer", must_change_password=True)
        self.enroller = factories.make_user(Role.QI, username="enroller")
        self.guarded = factories.make_user(Role.RV, username="guarded")
        for user in (self.newcomer, self.enroller, self.guarded):
            user.set_password(PASSWORD)
            user.save()
        device = second_factor.begin(self.guarded)
        device.confirmed = True
        device.save()
        second_factor.begin(self.people.op)

    # --- who sees and does what ---------------------------------------------------------------------------------

    def readers(self):
        return [(who, user) for who, user in vars(self.people).items()
                if not user.is_system and not user.has_role(*READS_NOTHING)]

    def seen(self, user, ticket):
        return Ticket.objects.visible_to(user).select_related("lead_unit", "category", "area").filter(pk=ticket.pk).first()

    def find_offers(self):
        """[(name of the ticket, who, step name, mode)] of everything that anybody may do."""
        found = []
        for who, user in self.readers():
            seen = Ticket.objects.visible_to(user).select_related("lead_unit", "category", "area").in_bulk(
                [ticket.pk for ticket in self.tickets.values()])
            found += [(name, who, offer.step.name, offer.mode) for name, ticket in self.tickets.items()
                      if ticket.pk in seen for offer in offers(seen[ticket.pk], user)]
        return sorted(found)

    def words(self):
        """What people wrote or are called, as one text: it may stand on a page of any language."""
        words = []
        for model in apps.get_models():
            fields = [field.name for field in model._meta.concrete_fields if isinstance(
                field, (models.CharField, models.TextField, models.JSONField, ArrayField))]
            for row in model._base_manager.values_list(*fields) if fields else ():
                words += [str(value) for value in row if value]
        return "\x00".join(words)


def session_of(user):
    """Signed in beforehand: what a test writes while it runs the web process never sees."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@contextmanager
def made(blocker):
    """The world, committed in the database of the tests; afterwards the tables are as a test expects them."""
    with blocker.unblock():
        try:
            yield World()
        finally:
            with connection.cursor() as cursor:  # what the web process left open would keep the tables
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                               " WHERE datname = current_database() AND pid <> pg_backend_pid()")
            call_command("flush", verbosity=0, interactive=False)
            User.objects.system()
            factories.load_reference()
