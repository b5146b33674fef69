"""An e-mail as people read it, out of whatever bytes a server hands over. Nothing of it is believed and nothing is fetched:
no exception leaves this module, and every part has a bound.
"""
import codecs
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email._policybase import Compat32
from email.header import decode_header
from email.utils import parseaddr, parsedate_to_datetime

from tickets.channels.html import text_of_html
from tickets.channels.models import LONGEST_BODY, LONGEST_SUBJECT, short_reference

MOST_PARTS, DEEPEST, MOST_FILES = 200, 20, 30
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_FILE_NAME, LONGEST_HEADER = 60, 254, 100, 4_000
# The library asks every line about every open part, and some headers in quadratic time: honest mail has far less than this.
MOST_LINES, MOST_BOUNDARIES, BEGINNING = 400_000, 50, 64 * 1024
# What mail is written in here and around. Other codecs are no texts, or take quadratic time.
CHARSETS = {"utf-8", "gb18030", "gbk", "gb2312", "hz", "big5", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1",
            "iso8859-15", "cp1252", "cp1251", "koi8-r", "shift_jis", "euc_jp", "iso2022_jp", "euc_kr", "ascii"}
COMMON = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]")  # characters and signs of GB 2312
WESTERN = {"cp1252", "iso8859-15"}
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "ascii": "utf-8", "iso8859-1": "cp1252"}
# Control characters, lone surrogates, and marks that turn the direction of what follows: names of files are disguised so.
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
NO_TEXT = "(无正文)"


class Bounded(Compat32):
    def header_source_parse(self, sourcelines):
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


@dataclass
class Mail:
    reference: str  # its Message-ID, or a hash
    raw_hash: str
    subject: str = ""
    sender: str = ""
    address: str = ""
    body: str = ""
    written_at: datetime | None = None
    attachments: list = field(default_factory=list)


def parse(raw: bytes, *, is_whole: bool = True) -> Mail:
    """Always a Mail. What cannot be read stands there as well as it can be guessed."""
    known_by = hashlib.sha256(raw).hexdigest()
    mail = Mail(reference=f"sha256:{known_by[:48]}", raw_hash=known_by)
    if raw.count(b"\n") > MOST_LINES or raw.lower().count(b"boundary") > MOST_BOUNDARIES:
        raw, is_whole = raw[:BEGINNING], False
    try:
        read(mail, raw, is_whole)
    except Exception:  # the library raises dozens of kinds for broken mail, RecursionError among them
        mail.body = mail.body or clean(guessed(raw[:LONGEST_BODY]))[:LONGEST_BODY]
    mail.body = mail.body or mail.subject or NO_TEXT
    return mail


def read(mail, raw, is_whole):
    message = message_from_bytes(raw, policy=Bounded())
    heads: dict[str, str] = {}
    for name, value in message.raw_items():
        heads.setdefault(name.lower(), str(value))
    number = clean(header(heads.get("message-id", ""))).strip(" <>\t\n")
    mail.reference = short_reference(number) if number and number.isprintable() else mail.reference
    mail.subject = on_one_line(header(heads.get("subject", "")))[:LONGEST_SUBJECT]
    mail.sender, mail.address = person(heads.get("from", ""))
    mail.written_at = moment(heads.get("date", ""))
    plain, html = [], []
    for part in parts_of(message):
        look_at(part, mail, plain, html, is_whole)
    text = "\n".join(plain) if any(said.strip() for said in plain) else "\n".join(map(text_of_html, html))
    mail.body = tidy(text)[:LONGEST_BODY]


def parts_of(message):
    """The leaves, in their order. A mail that hangs on another one is a leaf: its words are not the citizen's."""
    waiting, seen = [(message, 0)], 0
    while waiting and seen < MOST_PARTS:
        part, depth = waiting.pop()
        seen += 1
        inside = part.get_payload() if part.is_multipart() and part.get_content_maintype() == "multipart" else None
        if isinstance(inside, list) and depth < DEEPEST:
            waiting += [(child, depth + 1) for child in reversed(inside[:MOST_PARTS])]
        else:
            yield part


def look_at(part, mail, plain, html, is_whole):
    kind, name = part.get_content_type(), file_name(part)
    if name or part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        if part.get_content_maintype() != "multipart" and len(mail.attachments) < MOST_FILES:
            mail.attachments.append(attachment(part, name or f"{kind.replace('/', '.')}", is_whole))
    elif kind == "text/html":
        html.append(words_of(part))
    else:
        plain.append(words_of(part))


def attachment(part, name, is_whole):
    """What it is called and known by; the file itself stays in the mailbox. Of a mail that was cut off nothing is sure."""
    try:
        inner = part.get_payload(decode=not part.is_multipart())
        content = b"".join(map(bytes, inner)) if part.is_multipart() else inner
    except Exception:  # a mail in the mail that cannot be written again, say
        content = None
    known = content is not None and is_whole
    return {"name": on_one_line(name)[:LONGEST_FILE_NAME] or "?", "size": len(content) if known else None,
            "sha256": hashlib.sha256(content).hexdigest() if known else ""}


def file_name(part):
    try:
        return header(part.get_filename() or "")
    except Exception:  # parameters continued in pieces that do not fit
        return "?"


def words_of(part):
    try:
        content = part.get_payload(decode=True) or b""
    except Exception:  # of a transfer encoding that is none
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    try:
        charset = part.get_content_charset("") or ""
    except Exception:
        charset = ""
    return guessed(content[:LONGEST_BODY * 8], charset)


def guessed(content: bytes, charset: str = "") -> str:
    """Text of bytes: as they say, if that fits; else UTF-8, else the Chinese code; at last with marks where it fits nothing."""
    said = known_charset(charset)
    order = ["utf-8", "gb18030" if looks_chinese(content) else "", said] if said in WESTERN else [said, "utf-8", "gb18030"]
    for name in dict.fromkeys(filter(None, order)):
        for tail in range(4):  # a character at the end may be cut off
            try:
                return content[:len(content) - tail].decode(name)
            except (UnicodeError, ValueError):
                if len(content) < LONGEST_BODY * 8:
                    break
    return content.decode(said or "utf-8", "replace")


def looks_chinese(content: bytes) -> bool:
    """Many programs call Western what is Chinese: then nearly every pair of high bytes is a common character."""
    high = sum(byte > 0x7f for byte in content[:4000])
    pairs = len(COMMON.findall(content[:4000]))
    return high > 3 and pairs * 2 >= high * 0.9


def known_charset(name):
    try:
        code = codecs.lookup(name.strip().lower()).name if name else ""
    except (LookupError, ValueError, UnicodeError):
        return ""
    return WIDER.get(code, code) if code in CHARSETS else ""


def header(value) -> str:
    """A header with its encoded words decoded; eight-bit ones, which nobody may send and many do, are guessed."""
    text = guessed(str(value).encode("utf-8", "surrogateescape"))
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except Exception:  # broken base64, say
        return text
    return "".join(piece if isinstance(piece, str) else guessed(piece, charset or "") for piece, charset in pieces)


def person(value):
    """(name, address) of who sent it."""
    name, address = parseaddr(guessed(value.encode("utf-8", "surrogateescape")))
    address = on_one_line(header(address))[:LONGEST_ADDRESS]
    return on_one_line(header(name)).strip(" \"'")[:LONGEST_NAME], address if "@" in address else ""


def moment(value):
    try:
        said = parsedate_to_datetime(value)
        said = said if said.tzinfo else said.replace(tzinfo=UTC)
        return said if 1990 <= said.astimezone(UTC).year < 2200 else None
    except Exception:  # of hours 99 and years 0, in many ways
        return None


def clean(text):
    return UNSHOWN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def on_one_line(text):
    return " ".join(clean(text).split())


def tidy(text):
    """Without trailing spaces and with one empty line at most."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in clean(text).split("\n"))).strip()
