"""Who wrote by e-mail is answered by e-mail, by a mail server on loopback: once each, and never too much."""
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller

from followup import actions as followup
from hotline.home import free_port
from notices import relay
from notices.models import Notice
from tests import factories as make
from tests.channels.letters import arrived, fresh, typed
from tests.crowds import signed_in
from tests.factories import NOON
from tickets import intake
from tickets.channels import handling
from tickets.models import Ticket
from tickets.numbers import query_code

pytestmark = pytest.mark.django_db
NEW = "/tickets/new/"


class Box:
    """Keeps what comes in; says `refusal` instead while there is one."""

    def __init__(self):
        self.letters, self.refusal = [], ""

    async def handle_DATA(self, _server, _session, envelope):
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def post(settings):
    """A mail server that takes in everything, and the hotline set up to send through it."""
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
    settings.DEFAULT_FROM_EMAIL = "12345热线 <hotline@example.cn>"
    yield SimpleNamespace(box=box, letters=box.letters, settings=settings)
    server.stop()


def sent(post, now=NOON):
    relay.relay(now=now)
    return [(letter["Subject"].strip(), letter.get_content()) for letter in post.letters]


def from_mail(p, now=NOON, make_of=make.in_review, **fields):
    """A ticket that an operator made of an e-mail, as far as `make_of` takes it."""
    given = dict(fields)
    message = arrived(p, now=now)
    handling.take(message.pk, by=p.op, now=now)
    with handling.becoming(message.pk, given, by=p.op, now=now) as link:
        return message, link(make_of(p, now, **given))


def test_who_wrote_gets_number_and_code_when_his_matter_is_accepted(p, post):
    message = arrived(p)
    client = signed_in(p.op)
    client.post(f"/messages/{message.pk}/take/")

    answer = client.post(NEW, typed(message, type="complaint", area="WJJD", address="江畔小区3栋", demand="尽快维修", target="物业公司",
                                    category="010201"))

    assert answer.status_code == 302, answer.content.decode()[:2000]
    ticket = Ticket.objects.get()
    [(subject, text)] = sent(post, ticket.accepted_at)
    assert ticket.ticket_no in subject and ticket.ticket_no in text and query_code(ticket) in text
    [letter] = post.letters
    assert (letter["To"], letter["In-Reply-To"], letter["Auto-Submitted"]) == (
        "pengmm@example.cn", "<a1@example.cn>", "auto-replied")
    page = client.get(f"/messages/{message.pk}/").content.decode()
    assert "已用邮件答复" in page and "已受理" in page and query_code(ticket) not in page
    assert "邮件" in client.get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_when_it_is_closed_he_gets_the_reply_and_it_is_kept_nowhere_else(p, post):
    message, ticket = from_mail(p, make_of=make.closed)

    letters = sent(post)

    assert [subject.partition("：")[0] for subject, _text in letters] == ["您的来信已受理", "您反映的事项已办结"]
    reply = ticket.replies.get()
    assert (reply.public_reply or reply.text) in " ".join(letters[1][1].split("\n"))
    row = Notice.objects.get(kind="letter_closed")
    assert (row.status, row.letter) == ("sent", "") and reply.text not in row.wording
    assert sent(post, NOON) == letters  # a second look sends nothing


def test_an_answer_on_the_line_is_sent_as_the_reply(p, post):
    given = make.matter(type="consult", channel="email", source_ref="a1@example.cn")
    arrived(p)

    intake.register_and_answer(by=p.op, now=NOON, answer="请到街道便民服务中心办理。", **given)

    [(_subject, text)] = sent(post)
    assert "请到街道便民服务中心办理。" in text


def test_of_a_confidential_matter_no_reply_leaves(p, post):
    given = make.matter(type="consult", channel="email", source_ref="a1@example.cn", is_confidential=True)
    arrived(p)

    ticket, _new = intake.register_and_answer(by=p.op, now=NOON, answer="请到街道便民服务中心办理。", **given)

    [(_subject, text)] = sent(post)
    assert "便民服务中心" not in text
    assert "12345" in text and query_code(ticket) in text


def test_who_wrote_of_a_matter_that_was_merged_hears_of_the_end_of_the_other_one(p, post):
    _message, mine = from_mail(p)
    master = make.answered(p)

    followup.merge_into(mine.pk, by=p.rv, now=NOON, master=master, note="同一事项")
    followup.close_satisfied(master.pk, by=p.cb, now=NOON)

    _accepted, merged, closed = sent(post)
    assert merged[0].startswith("您反映的事项已并案办理") and master.ticket_no in merged[1]
    assert mine.ticket_no in closed[0] and master.replies.get().text[:12] in closed[1]


def test_without_a_mail_server_nothing_is_queued_and_the_page_says_so(p, settings):
    settings.EMAIL_HOST = ""
    message, _ticket = from_mail(p, make_of=make.closed)

    assert not Notice.objects.filter(channel="email").exists()
    assert "邮件答复未启用" in signed_in(p.op).get(f"/messages/{message.pk}/").content.decode()
    assert fresh(message).status == "ticket"


def test_what_came_by_phone_or_without_an_address_is_not_answered_by_e_mail(p, post):
    make.closed(p)
    for number, address in enumerate(("", "江畔小区3栋", "two@example.cn\nBcc: x@example.cn")):
        arrived(p, source_ref=f"n{number}", address=address)
        intake.register_and_submit(by=p.op, now=NOON, **make.matter(channel="email", source_ref=f"n{number}"))

    assert sent(post) == []


def test_a_server_that_refuses_is_asked_three_times_and_then_the_letter_is_gone(p, post):
    _message, ticket = from_mail(p)
    post.box.refusal = "451 try later"

    for minute in (0, 2, 20, 60):
        relay.relay(now=NOON + minute * relay.PAUSES[0])

    row = Notice.objects.get(channel="email")
    assert (row.status, row.attempts, row.letter, row.error) == ("failed", 3, "", "SMTPDataError")
    assert post.letters == []


def test_a_letter_that_leaves_twice_has_one_message_id(p, post):
    from_mail(p)
    relay.relay(now=NOON)
    Notice.objects.filter(channel="email").update(status="queued", sent_at=None, next_try_at=NOON)  # the sender died
    relay.relay(now=NOON)

    first, second = post.letters
    assert first["Message-ID"] == second["Message-ID"] and "@example.cn>" in first["Message-ID"]
