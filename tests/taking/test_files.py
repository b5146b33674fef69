"""Files of the caller: on the server as soon as they are chosen, with the ticket from its first moment, for few eyes."""
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.instant import database_now
from dispatch.evidence import panel
from tests import factories as make
from tests.crowds import signed_in
from tests.dispatch.test_evidence import PDF, docx, photo
from tests.tickets.test_intake_screen import typed
from tickets import actions, tasks
from tickets.files import keeping
from tickets.models import Attachment, AttachmentFile, Sighting, Ticket
from tickets.redaction import Reading
from tickets.taking import drafts

UPLOAD, NEW = "/tickets/new/files/", "/tickets/new/"


def chosen(*files):
    return [SimpleUploadedFile(name, content) for name, content in files]


def add(user, *files, key="k1"):
    return signed_in(user).post(UPLOAD, {"key": key, "files": chosen(*files)})


def page_of(ticket):
    return f"/tickets/{ticket.ticket_no}/evidence/"


def with_file(p, now=None, **fields):
    add(p.op, ("身份证.jpg", photo()))
    signed_in(p.op).post(NEW, typed(key="k1", **fields))
    return Ticket.objects.latest("pk")


def test_a_file_that_was_chosen_belongs_to_the_ticket_from_its_first_moment(p):
    words = docx()
    answer = add(p.op, ("屋顶.jpg", photo()), ("说明.docx", words))
    assert answer.status_code == 200 and "屋顶.jpg" in answer.content.decode()

    signed_in(p.op).post(NEW, typed(key="k1"))

    ticket = Ticket.objects.get()
    assert [row.name for row in ticket.attachments.order_by("pk")] == ["屋顶.jpg", "说明.docx"]
    kept = ticket.events.get(name="create").data["attachments"]
    assert [one["sha256"] for one in kept] == list(ticket.attachments.order_by("pk").values_list("sha256", flat=True))
    assert "屋顶" not in str(kept)  # a name may be that of a person
    assert PDF not in bytes(AttachmentFile.objects.first().content)
    page = signed_in(p.op).get(page_of(ticket)).content.decode()
    assert "屋顶.jpg" in page
    row = ticket.attachments.last()
    file = signed_in(p.op).get(f"{page_of(ticket)}attachment/{row.pk}/")
    assert b"".join(file.streaming_content) == words and "attachment" in file.headers["Content-Disposition"]
    assert Sighting.objects.filter(ticket=ticket, user=p.op, how=Sighting.How.FILE).count() == 1
    assert "2" in signed_in(p.op).get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_without_scripts_files_come_with_the_form_and_a_mistake_in_it_loses_neither(p):
    body = typed(key="k1", content="") | {"files": chosen(("屋顶.jpg", photo()))}

    answer = signed_in(p.op).post(NEW, body)

    page = answer.content.decode()
    assert answer.status_code == 422 and "屋顶.jpg" in page and "望江街道" in page
    assert signed_in(p.op).post(NEW, typed(key="k1")).status_code == 302
    assert Ticket.objects.get().attachments.count() == 1


def test_a_file_that_is_not_taken_says_why_and_nothing_typed_is_lost(p):
    answer = signed_in(p.op).post(NEW, typed(key="k1", content="家中屋顶漏水已经两周了，请派人来看。") | {"files": chosen(("a.pdf", b"MZ program"))})

    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="in-files-error"' in page and "a.pdf" in page
    assert "家中屋顶漏水已经两周了" in page
    assert not Ticket.objects.exists() and not Attachment.objects.exists()
    assert add(p.op, ("b.exe", b"MZ")).status_code == 422


def test_the_same_file_is_there_once_nine_are_enough_and_each_can_be_taken_away(p):
    add(p.op, ("a.pdf", PDF), ("b.pdf", PDF))
    add(p.op, ("c.pdf", PDF))
    assert Attachment.objects.count() == 1
    assert add(p.op, *((f"{number}.pdf", PDF + bytes([number])) for number in range(9))).status_code == 422

    row = Attachment.objects.get()
    signed_in(p.ops).post(f"{UPLOAD}{row.pk}/drop/", {"key": "k1"})  # of somebody else
    assert Attachment.objects.exists()
    signed_in(p.op).post(f"{UPLOAD}{row.pk}/drop/", {"key": "k1"})
    assert not Attachment.objects.exists()


def test_what_came_with_a_confidential_matter_is_not_for_the_unit(p):
    ticket = make.in_hand(p)
    keeping.keep(chosen(("身份证.jpg", photo())), by=p.op, key="k2", now=database_now())
    keeping.attach(list(keeping.pending(p.op, "k2")), ticket)
    row = ticket.attachments.get()
    at = f"{page_of(ticket)}attachment/{row.pk}/"
    assert signed_in(p.li).get(at).status_code == 200

    Ticket.objects.filter(pk=ticket.pk).update(is_confidential=True)

    assert signed_in(p.li).get(at).status_code == 404
    assert "身份证" not in signed_in(p.li).get(page_of(ticket)).content.decode()
    assert signed_in(p.sv).get(at).status_code == 200
    stranger = make.make_user("LI", "HB")
    assert signed_in(stranger).get(at).status_code == 404


def test_once_it_belongs_to_a_ticket_it_stays(p):
    ticket = with_file(p)
    row = ticket.attachments.get()

    for attempt in (lambda: Attachment.objects.update(name="b.pdf"), lambda: Attachment.objects.filter(pk=row.pk).delete(),
                    lambda: Attachment.objects.update(ticket=None), lambda: AttachmentFile.objects.update(content=b"")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert add(p.op, ("late.pdf", PDF)).status_code == 422  # the form is a ticket already


def test_the_page_of_a_confidential_ticket_does_not_tell_the_unit_of_them(p):
    ticket = make.in_hand(p)
    actions.record(ticket.pk, "add_files", by=p.op, now=database_now(), data={"attachments": [{}, {}]})

    def links(who):
        read = Ticket.objects.get(pk=ticket.pk)
        return len(panel.panel(read, Reading(read, getattr(p, who)), can_add=False).items)

    assert links("li") == links("sv") == 1

    Ticket.objects.filter(pk=ticket.pk).update(is_confidential=True)

    assert (links("li"), links("sv")) == (0, 1)


def test_a_draft_that_goes_on_has_its_files_however_long_it_is_written(p):
    now = database_now()
    keeping.keep(chosen(("屋顶.pdf", PDF)), by=p.op, key="k1", now=now - timedelta(hours=25))
    draft = drafts.save(by=p.op, key="k1", now=now, words={"content": "屋顶漏水"}, sign=drafts.Sign("page", 1, 0))

    tasks.expire_intake_drafts()

    page = signed_in(p.op).get(f"{NEW}?draft={draft.key}").content.decode()
    assert "屋顶.pdf" in page and 'value="k1"' in page


def test_what_became_no_ticket_is_gone_after_a_day(p):
    ticket = with_file(p)
    keeping.keep(chosen(("a.pdf", PDF)), by=p.op, key="old", now=database_now() - timedelta(hours=25))
    keeping.keep(chosen(("a.pdf", PDF)), by=p.op, key="new", now=database_now())

    tasks.expire_intake_drafts()

    assert list(Attachment.objects.order_by("pk").values_list("ticket", "key")) == [(ticket.pk, "k1"), (None, "new")]


def test_a_caller_who_adds_to_a_matter_adds_his_files(p):
    ticket = make.in_review(p)
    add(p.op, ("屋顶.jpg", photo()), key="k7")

    answer = signed_in(p.op).post(f"/tickets/{ticket.ticket_no}/recognise/add/", typed(key="k7", content="今天又漏了，附照片。"))

    assert answer.status_code == 302
    assert ticket.attachments.count() == 1
    assert len(ticket.events.get(name="add_files").data["attachments"]) == 1


@pytest.mark.parametrize("role", ["rv", "li", "cb", "au"])
def test_others_bring_no_files_of_callers(p, role):
    assert add(getattr(p, role), ("a.pdf", PDF)).status_code == 403
    assert not Attachment.objects.exists()


def test_without_a_key_nothing_is_kept(p):
    assert add(p.op, ("a.pdf", PDF), key="").status_code == 200
    assert add(p.op, ("a.pdf", PDF), key="x" * 300).status_code == 200
    assert not Attachment.objects.exists()
