"""The inbox of all channels: what waits, the one that is due first on top, and what each message shows to whom."""
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.masking import mask_in_text, mask_phone, name_for_reader
from tickets.channels.models import Message
from tickets.choices import Channel, Urgency
from tickets.clocks import Clock, Kind, Status
from tickets.models import Ticket
from tickets.presenters import URGENCY_TONE, Chip, Pill, chip_of

PAGE, GIST = 50, 90
LATE, MINE, HANDLED = "late", "mine", "handled"
ICONS = {Channel.PORTAL: "world", Channel.APP: "device-mobile", Channel.WECHAT: "brand-wechat", Channel.SMS: "message",
         Channel.EMAIL: "mail", Channel.LETTER: "mailbox", Channel.TRANSFER_110: "shield", Channel.SUPERIOR: "building-bank",
         Channel.MEDIA: "news", Channel.VISIT: "walk"}
STATUS_TONE = {Message.Status.TICKET: "green", Message.Status.JOINED: "blue", Message.Status.NO_MATTER: ""}


@dataclass(frozen=True)
class Line:
    """One message as this user may read it: people and numbers are starred out until he has taken it."""

    message: Message
    chip: Chip
    channel: Pill
    urgency: Pill | None
    status: Pill | None
    title: str
    sender: str
    phone: str
    address: str
    holder: str  # who else is taking it
    is_mine: bool
    body: str


@dataclass(frozen=True)
class Tile:
    title: str
    url: str
    count: Any
    edge: str
    is_here: bool


class Sought:
    """What of the inbox one user asked for, out of an address; what makes no sense asks for nothing."""

    def __init__(self, query, user, now):
        self.user, self.now = user, now
        self.channel = query.get("channel") if query.get("channel") in Channel.values else ""
        self.show = query.get("show") if query.get("show") in (LATE, MINE, HANDLED) else ""
        number = query.get("page", "")
        self.page = min(int(number), 1000) if number.isascii() and number.isdigit() and len(number) < 5 else 1

    def address(self, **changes):
        asked = {"channel": self.channel, "show": self.show, **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def rows(self):
        rows = Message.objects.select_related("taken_by", "handled_by", "ticket")
        if self.channel:
            rows = rows.filter(channel=self.channel)
        if self.show == HANDLED:
            return rows.filter(handled_at__isnull=False).filter(readable(self.user)).order_by("-handled_at", "-pk")
        return narrowed(rows.filter(status__in=Message.OPEN), self.show, self.user, self.now).order_by("due_at", "pk")

    def page_of_rows(self):
        first = (max(self.page, 1) - 1) * PAGE
        found = list(self.rows()[first: first + PAGE + 1])
        return found[:PAGE], len(found) > PAGE


def narrowed(rows, show, user, now):
    if show == LATE:
        return rows.filter(due_at__lte=now)
    return rows.filter(taken_by=user, taken_until__gt=now) if show == MINE else rows


def readable(user):
    """Of what is handled: what became no ticket, and what he may read the ticket of."""
    return Q(ticket=None) | Q(ticket__in=Ticket.objects.visible_to(user))


def tiles(sought):
    """All, late and his own, then each channel that has something waiting; one query."""
    waiting = Message.objects.filter(status__in=Message.OPEN)
    late, mine = Q(due_at__lte=sought.now), Q(taken_by=sought.user, taken_until__gt=sought.now)
    rows = list(waiting.order_by().values("channel").annotate(
        n=Count("pk"), late=Count("pk", filter=late), mine=Count("pk", filter=mine)))
    counts = {row["channel"]: row["n"] for row in rows}

    def tile(title, count, edge="", **asked):
        wanted = {"channel": "", "show": "", **asked}
        is_here = (sought.channel, sought.show) == (wanted["channel"], wanted["show"])
        return Tile(title, sought.address(**wanted), count, f"e-{edge}" if edge else "", is_here)

    yield tile(_("All that waits"), sum(counts.values()), "blue")
    yield tile(_("Late"), sum(row["late"] for row in rows), "red", show=LATE)
    yield tile(_("In my hands"), sum(row["mine"] for row in rows), "orange", show=MINE)
    for channel in Channel:
        if counts.get(channel) or channel == sought.channel:
            yield tile(channel.label, counts.get(channel, 0), channel=channel.value)
    yield tile(_("Handled"), "…", show=HANDLED)


def line_of(message, user, now):
    holder = message.holder(now)
    is_mine = message.status == Message.Status.TAKEN and message.taken_by_id == user.pk
    words = Words(in_full=is_mine)
    urgency, status = Urgency(message.urgency), Message.Status(message.status)
    return Line(
        message=message,
        chip=chip_of(clock_of(message), now),
        channel=Pill(message.get_channel_display(), "", ICONS.get(message.channel, "mail")),
        urgency=Pill(str(urgency.label), URGENCY_TONE[urgency], "gauge") if urgency != Urgency.NORMAL else None,
        status=None if message.is_open else Pill(str(status.label), STATUS_TONE[status], ""),
        title=words.text(message.subject) or words.text(Truncator(message.body.strip()).chars(GIST)) or _("Without words"),
        sender=words.name(message.sender),
        phone=words.phone(message.phone),
        address=words.address(message.address),
        holder=holder.display_name if holder and holder.pk != user.pk else "",
        is_mine=is_mine,
        body=words.text(message.body),
    )


def clock_of(message):
    """Its time of acceptance as a clock: met when it was handled."""
    status = Status.RUNNING if message.is_open else Status.MET
    return Clock(kind=Kind.ACCEPT, status=status, started_at=message.received_at, due_at=message.due_at, length=message.length,
                 rule=message.length // 60, stopped_at=message.handled_at)


@dataclass(frozen=True)
class Words:
    in_full: bool

    def text(self, text):
        return text if self.in_full else mask_in_text(text)

    def name(self, name):
        return name if self.in_full or not name else name_for_reader(name)

    def phone(self, phone):
        return phone if self.in_full else mask_phone(phone)

    def address(self, address):
        return address if self.in_full else mask_address(address)


def mask_address(address):
    """z***@example.cn; of any other address the first three characters."""
    user, at, host = address.rpartition("@")
    if at:
        return f"{user[:1]}***@{host}"
    return f"{address[:3]}***" if address else ""


def context(sought):
    rows, more = sought.page_of_rows()
    return {
        "sought": sought,
        "tiles": list(tiles(sought)),
        "lines": [line_of(message, sought.user, sought.now) for message in rows],
        "now": sought.now,
        "is_handled": sought.show == HANDLED,
        "is_narrowed": bool(sought.channel or sought.show),
        "before": sought.address(page=sought.page - 1) if sought.page > 1 else "",
        "following": sought.address(page=sought.page + 1) if more else "",
        "here": sought.address(page=sought.page if sought.page > 1 else ""),
    }
