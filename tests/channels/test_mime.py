"""E-mail out of any bytes: what programs here really send is read, and nothing makes the parser fail."""
import hashlib
import time
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tickets.channels import mime
from tickets.channels.html import text_of_html
from tickets.channels.models import LONGEST_BODY

WORDS = "家中屋顶漏水已经两周,物业一直没有派人来修。"


def raw(*heads, body=b""):
    return b"\r\n".join([*(head if isinstance(head, bytes) else head.encode() for head in heads), b"", body])


@pytest.mark.parametrize(("head", "code"), [
    ("Content-Type: text/plain; charset=utf-8", "utf-8"), ("Content-Type: text/plain; charset=gbk", "gbk"),
    ("Content-Type: text/plain; charset=gb2312", "gb18030"), ("Content-Type: text/plain; charset=big5", "utf-8"),
    ("Content-Type: text/plain", "gbk"), ("Content-Type: text/plain", "utf-8"), ("X: no type", "gb18030"),
    ("Content-Type: text/plain; charset=us-ascii", "gbk"), ("Content-Type: text/plain; charset=iso-8859-1", "gbk"),
    ("Content-Type: text/plain; charset=iso-8859-1", "utf-8"), ("Content-Type: text/plain; charset=no-such-code", "utf-8"),
    ("Content-Type: text/plain; charset=utf-8", "gbk"), ("Content-Type: text/plain; charset=zip", "utf-8"),
])
def test_words_are_read_whatever_the_head_says_of_them(head, code):
    assert mime.parse(raw(head, body=WORDS.encode(code))).body == WORDS


def test_western_words_stay_western():
    head = "Content-Type: text/plain; charset=iso-8859-1"

    assert mime.parse(raw(head, body="Café à côté, très déçu".encode("latin-1"))).body == "Café à côté, très déçu"


@pytest.mark.parametrize("head", [
    b"Subject: =?gb2312?B?zt22pcKpy64=?=", "Subject: 屋顶漏水".encode(), "Subject: 屋顶漏水".encode("gbk"),
    b"Subject: =?utf-8?B?5bGL6aG2?=\r\n =?utf-8?B?5ryP5rC0?=", b"Subject: =?UTF-8?Q?=E5=B1=8B=E9=A1=B6=E6=BC=8F=E6=B0=B4?=",
], ids=["gb", "raw utf-8", "raw gbk", "folded", "quoted"])
def test_subjects(head):
    assert mime.parse(raw(head, body=b"x")).subject == "屋顶漏水"


@pytest.mark.parametrize(("head", "who"), [
    ("From: =?utf-8?B?5b2t5p+Q?= <a@b.cn>", ("彭某", "a@b.cn")), ("From: a@b.cn", ("", "a@b.cn")),
    ('From: "彭, 某" <a@b.cn>', ("彭, 某", "a@b.cn")), ("From: nobody", ("", "")), ("From:", ("", "")), ("X: y", ("", ""))])
def test_who_wrote(head, who):
    mail = mime.parse(raw(head, body=b"x"))

    assert (mail.sender, mail.address) == who


def test_plain_words_are_taken_before_a_page_and_files_are_named():
    message = EmailMessage()
    message.set_content(WORDS)
    message.add_alternative(f"<p>{WORDS}<b>!</b></p>", subtype="html")
    message.add_attachment(b"picture", maintype="image", subtype="jpeg", filename="屋顶 照片.jpg")
    inner = EmailMessage()
    inner.set_content("words of somebody else")
    message.add_attachment(inner)

    mail = mime.parse(message.as_bytes())

    assert mail.body == WORDS
    assert [file["name"] for file in mail.attachments] == ["屋顶 照片.jpg", "message.rfc822"]
    assert mail.attachments[0] == {"name": "屋顶 照片.jpg", "size": 7, "sha256": hashlib.sha256(b"picture").hexdigest()}
    assert "somebody else" not in mail.body


def test_a_page_alone_becomes_its_words():
    page = ("<html><head><title>t</title><style>p{}</style></head><body><script>alert(1)</script><p>您好:</p>"
            "<div>屋顶&nbsp;漏水 &amp; 墙面&#24320;裂</div><img src='http://tracker.example/x.gif'><br>请修<!-- secret --></body></html>")

    mail = mime.parse(raw("Content-Type: text/html; charset=utf-8", body=page.encode()))

    assert mail.body == "您好:\n屋顶 漏水 & 墙面开裂\n请修"


@pytest.mark.parametrize(("page", "words"), [
    ("<head>never ends", "never ends"), ("a < b and c > d", "a < b and c > d"), ("<![CDATA[x]]>y", "y"), ("<!-- never ends", ""),
    ("x<script>y", "xy"), ("<P>A</P><SCRIPT>no</SCRIPT >B", "A\nB"), ("&#0;&#xD800;&bogus;", None), ("", ""), ("<>", "<>")])
def test_broken_pages(page, words):
    found = text_of_html(page).strip()

    assert words is None or words.strip() in found or found == words


def test_numbers_of_letters():
    assert mime.parse(raw("Message-ID: <a@b>", body=b"x")).reference == "a@b"
    assert mime.parse(raw("Message-ID: <" + "a" * 80 + "@b>", body=b"x")).reference.startswith("sha256:")
    without = mime.parse(raw("Subject: x", body=b"x"))
    assert without.reference == f"sha256:{without.raw_hash[:48]}"
    assert len(without.reference) <= 64


def test_names_of_files_do_not_hide_what_they_are():
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"MZ", maintype="application", subtype="x", filename="photo\u202egpj.exe")

    assert mime.parse(message.as_bytes()).attachments[0]["name"] == "photogpj.exe"


def test_everything_has_a_bound():
    files = b"".join(b"--b\r\nContent-Disposition: attachment; filename=f\r\n\r\nx\r\n" for _file in range(900))
    mail = mime.parse(raw("Subject: " + "题" * 900, "From: " + "名" * 900 + " <a@" + "b" * 900 + ".cn>",
                          "Content-Type: multipart/mixed; boundary=b",
                          body=b"--b\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 90_000 + b"\r\n" + files + b"--b--"))

    assert len(mail.subject) == 200
    assert len(mail.sender) <= 60
    assert len(mail.address) <= 254
    assert len(mail.body) == LONGEST_BODY
    assert len(mail.attachments) == mime.MOST_FILES


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)) + b"\r\n" * 200_000
HOSTILE = {
    "semicolons": raw(b"Content-Type: text/plain;" + b";" * 3_000_000, body=b"x"),
    "folded": raw(b"Content-Type: multipart/mixed;" + b"\r\n ;;;;" * 300_000, body=b"x"),
    "nested": NESTED,
    "brackets": raw("Content-Type: text/html", body=b"<a " * 400_000),
    "comments": raw("Content-Type: text/html", body=b"<!--" * 400_000),
    "scripts": raw("Content-Type: text/html", body=b"<script>" * 300_000),
    "words": raw(b"Subject: " + b"=?utf-8?b?" * 300_000, body=b"x"),
    "people": raw(b"From: " + b"(" * 1_000_000, body=b"x"),
    "lines": raw("Subject: x", body=b"\n" * 3_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_letters_are_read_before_the_worker_is_stopped(name):
    """Not how fast: that it ends at all. In quadratic time each of these takes hours."""
    begun = time.process_time()

    mime.parse(HOSTILE[name])

    assert time.process_time() - begun < 60


HEADS = st.sampled_from([b"Subject: ", b"From: ", b"Date: ", b"Message-ID: ", b"Content-Type: ", b"Content-Transfer-Encoding: ",
                         b"Content-Disposition: ", b"MIME-Version: ", b"\r\n\r\n", b"--b\r\n", b"--b--", b"\r\n ", b"\n",
                         b"multipart/mixed; boundary=b", b"text/plain; charset=", b"text/html", b"message/rfc822", b"base64",
                         b"quoted-printable", b"uuencode", b"=?gbk?B?", b"=?utf-8?Q?", b"?=", b"filename*0*=utf-8''%E5",
                         b"attachment; filename=", b"utf-7", b"hex", b"\xff\xfe", b"\x00", b"begin 666 x\n", b"<![", b"<p"])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=2000), st.lists(st.one_of(HEADS, st.binary(max_size=20)), max_size=40).map(b"".join)))
@example(b"")
@example(b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b")
@example(b"Content-Type: text/plain; charset*0*=x'\n\n")
@example(b"Content-Transfer-Encoding: base64\nContent-Type: image/png\n\n=")
def test_any_bytes_are_a_letter(content):
    mail = mime.parse(content)

    assert mail.body
    assert mail.reference
    for text in (mail.reference, mail.subject, mail.sender, mail.address, mail.body, *(f["name"] for f in mail.attachments)):
        text.encode()  # no half characters
        assert "\x00" not in text
    assert len(mail.body) <= LONGEST_BODY
    assert mail.written_at is None or mail.written_at.tzinfo
