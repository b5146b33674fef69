"""The mailbox over IMAP, against a server that speaks the protocol: each letter once, whatever breaks in between."""
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from accounts.instant import database_now
from tests.channels.imap_server import PASSWORD, USER, Folder, closed_port, make_certificate, running
from tickets import tasks
from tickets.channels import arrival, mail
from tickets.channels.models import Mailbox, Message

pytestmark = pytest.mark.django_db
RECEIVED = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)


def letter(number=1, body="家中屋顶漏水已经两周,请派人来修。", **more):
    message = EmailMessage()
    message["From"], message["To"] = "彭某某 <peng@example.cn>", USER
    message["Subject"], message["Message-ID"] = f"屋顶漏水 {number}", f"<m{number}@example.cn>"
    message.set_content(body)
    for name, content in more.get("files", ()):
        message.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return message.as_bytes()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def box(p, settings, certificate):
    """A mailbox of the hotline with two letters in it."""
    folder = Folder()
    folder.add(letter(1))
    folder.add(letter(2, files=[("屋顶.jpg", b"\xff\xd8picture")]))
    with running(folder, certificate) as (host, port):
        settings.MAIL = {"HOST": host, "PORT": port, "TLS": "ssl", "USER": USER, "PASSWORD": PASSWORD, "FOLDER": "INBOX",
                         "CA": str(certificate)}
        yield SimpleNamespace(folder=folder, settings=settings)


def look():
    return mail.fetch(now=database_now())


def subjects():
    return sorted(Message.objects.values_list("subject", flat=True))


def test_letters_come_in_and_are_marked_as_read(box):
    assert look() == mail.Looked(new=2)

    first, second = Message.objects.order_by("source_ref")
    assert (first.channel, first.source_ref, first.subject, first.sender, first.address) == (
        "email", "m1@example.cn", "屋顶漏水 1", "彭某某", "peng@example.cn")
    assert first.body == "家中屋顶漏水已经两周,请派人来修。"
    assert (first.received_at, first.arrived_by.is_system) == (RECEIVED, True)
    assert first.due_at == RECEIVED + timedelta(minutes=120), "a late look does not move the clock"
    [file] = second.attachments
    assert (file["name"], file["size"], len(file["sha256"])) == ("屋顶.jpg", 9, 64)
    assert box.folder.seen == {1, 2}
    assert Mailbox.objects.get().last_uid == 2


def test_a_second_look_brings_only_what_is_new(box):
    look()
    box.folder.add(letter(3))

    assert look() == mail.Looked(new=1)
    assert look() == mail.Looked()
    assert subjects() == ["屋顶漏水 1", "屋顶漏水 2", "屋顶漏水 3"]


def test_the_same_letter_twice_in_the_folder_is_one_message(box):
    box.folder.add(letter(1))

    assert look() == mail.Looked(new=2, known=1)


def test_another_letter_under_the_same_number_is_not_lost(box):
    box.folder.add(letter(1, body="这是完全不同的另一封信,内容不一样。"))

    assert look() == mail.Looked(new=3)


@pytest.mark.parametrize("cut_at", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE", "LOGOUT"])
def test_a_line_that_is_cut_at_a_command_loses_and_doubles_nothing(box, cut_at):
    box.folder.cut_at = cut_at
    if cut_at == "LOGOUT":
        assert look().new == 2
    else:
        with pytest.raises(mail.MailTrouble):
            look()
    box.folder.cut_at = ""

    look()

    assert subjects() == ["屋顶漏水 1", "屋顶漏水 2"]


@pytest.mark.parametrize("bytes_sent", [0, 5, 120, 250, 340, 400, 500, 700, 900, 1100])
def test_a_line_that_breaks_in_the_middle_of_a_letter_loses_and_doubles_nothing(box, bytes_sent):
    box.folder.cut_after = bytes_sent
    with pytest.raises(mail.MailTrouble):
        look()
    box.folder.cut_after = -1

    look()

    assert subjects() == ["屋顶漏水 1", "屋顶漏水 2"]


def test_a_crash_before_the_commit_leaves_letter_and_watermark_where_they_were(box, monkeypatch):
    whole = mail.advance

    def crash(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(mail, "advance", crash)
    with pytest.raises(KeyboardInterrupt):
        look()
    assert (subjects(), box.folder.seen, Mailbox.objects.get().last_uid) == ([], set(), 0)
    monkeypatch.setattr(mail, "advance", whole)

    assert look() == mail.Looked(new=2)


def test_it_is_marked_as_read_only_after_it_is_kept(box, monkeypatch):
    seen_at_arrival = []
    whole = arrival.receive

    def watched(**given):
        seen_at_arrival.append(set(box.folder.seen))
        return whole(**given)

    monkeypatch.setattr(mail, "receive", watched)
    look()

    assert seen_at_arrival == [set(), {1}]


def test_a_folder_that_counts_anew_is_read_again_and_nothing_doubles(box):
    look()
    box.folder.validity = 8
    box.folder.letters = {1: letter(9), 2: letter(1)}

    assert look() == mail.Looked(new=1, known=1)
    assert Mailbox.objects.get().last_uid == 2


def test_a_letter_that_is_gone_before_it_is_read_stops_nothing(box, monkeypatch):
    found = mail.new_uids
    monkeypatch.setattr(mail, "new_uids", lambda line, last: [*found(line, last), 77])

    assert look() == mail.Looked(new=2)
    assert Mailbox.objects.get().last_uid == 77


def test_of_a_huge_letter_the_beginning_is_read(box, monkeypatch):
    monkeypatch.setattr(mail, "LARGEST", 3000)
    monkeypatch.setattr(mail, "BEGINNING", 2000)
    box.folder.add(letter(3, files=[("a.jpg", b"x" * 9000)]))

    look()

    huge = Message.objects.get(source_ref="m3@example.cn")
    assert "请派人来修" in huge.body
    assert [file["sha256"] for file in huge.attachments] == [""], "of a file that was cut off nothing is sure"


def test_after_starttls(box, certificate):
    with running(box.folder, certificate, implicit=False) as (_host, port):
        box.settings.MAIL = box.settings.MAIL | {"PORT": port, "TLS": "starttls"}

        assert look() == mail.Looked(new=2)


@pytest.mark.parametrize("wrong", [{"PASSWORD": "wrong"}, {"FOLDER": "Elsewhere"}, {"CA": ""}, {"PORT": closed_port()}],
                         ids=["password", "folder", "certificate", "port"])
def test_what_is_set_up_wrong_is_said_and_names_no_password(box, wrong):
    box.settings.MAIL = box.settings.MAIL | wrong

    with pytest.raises(CommandError) as said:
        call_command("fetch_mail", stdout=StringIO())

    assert "cannot be read" in str(said.value)
    assert PASSWORD not in str(said.value)
    tasks.fetch_mail()  # the worker goes on
    assert not Message.objects.exists()


def test_a_server_that_says_no_at_once(box):
    box.folder.greeting = b"* BYE too many"

    with pytest.raises(mail.MailTrouble):
        look()


def test_the_command_and_the_task_fetch(box):
    out = StringIO()
    call_command("fetch_mail", stdout=out)
    box.folder.add(letter(3))
    tasks.fetch_mail()

    assert out.getvalue() == "2 new, 0 were there already\n"
    assert Message.objects.count() == 3


def test_without_a_mailbox_it_is_off(p, settings):
    settings.MAIL = settings.MAIL | {"HOST": ""}

    assert look() == mail.Looked()
    tasks.fetch_mail()
    with pytest.raises(CommandError, match="No mailbox is configured"):
        call_command("fetch_mail")
