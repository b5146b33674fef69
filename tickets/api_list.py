"""The list of tickets: its filters, checked before they reach the database, and its pages, which cost the same
however deep they lie."""
import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from tickets.api_body import is_storable
from tickets.choices import Channel, Type, Urgency
from tickets.finding import asked as asking
from tickets.finding import hits
from tickets.models import Ticket
from tickets.problems import Malformed
from tickets.states import State

PAGE_SIZE, LARGEST_PAGE = 50, 100
LONGEST_VALUE = 400


class FilterForm(forms.Form):
    """The query of the list; every name may be left out."""

    state = forms.MultipleChoiceField(label=gettext_lazy("States, one or more"), choices=State.choices, required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=Type.choices, required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=Urgency.choices, required=False)
    category = forms.RegexField(r"^[0-9]{2}(?:[0-9]{2}){0,2}\Z", required=False,
                                label=gettext_lazy("Category: 2, 4 or 6 digits of the tree"))
    unit = forms.RegexField(r"^[0-9A-Za-z-]{1,20}\Z", label=gettext_lazy("Code of the lead unit"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Channel.choices, required=False)
    late = forms.TypedChoiceField(label=gettext_lazy("Has (true) or has not (false) a deadline that is over"),
                                  choices=[("true", "true"), ("false", "false")], required=False,
                                  coerce=lambda value: value == "true", empty_value=None)
    registered_from = forms.DateTimeField(label=gettext_lazy("Registered at or after"), required=False)
    registered_to = forms.DateTimeField(label=gettext_lazy("Registered before"), required=False)
    q = forms.CharField(max_length=asking.LONGEST, required=False, label=gettext_lazy(
        "What the search box takes: beginning or end of the number, phone, name, words. With words: newest number first"))
    page_size = forms.IntegerField(label=gettext_lazy("Tickets a page"), min_value=1, max_value=LARGEST_PAGE,
                                   required=False)
    cursor = forms.CharField(label=gettext_lazy("From “next” of the page before"), max_length=200, required=False)


REPEATED = {"state"}


@dataclass(frozen=True)
class Position:
    """The last ticket of the page before."""

    registered_at: datetime
    id: int

    def pack(self):
        text = f"{self.registered_at.isoformat()}|{self.id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def unpack(cls, cursor):
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
            moment, number = text.split("|")
            position = cls(datetime.fromisoformat(moment), int(number))
            if position.registered_at.tzinfo is None or not 0 <= position.id < 2**63:
                raise ValueError(cursor)
        except ValueError as error:  # binascii.Error and UnicodeDecodeError are ones, too
            raise Malformed(_("This cursor does not come from here."),
                            {"cursor": [_("Begin again without it.")]}) from error
        return position


def asked(query):
    """The cleaned filters of a QueryDict; raises Malformed for names and values that mean nothing here."""
    errors = {name[:60] if is_storable(name) else "?": [_("There is no such filter.")]
              for name in query if name not in FilterForm.base_fields}
    for name, values in query.lists():
        if len(values) > 1 and name not in REPEATED:
            errors.setdefault(name[:60], [_("Give this once.")])
        if any(not is_storable(value) or len(value) > LONGEST_VALUE for value in values):
            errors.setdefault(name[:60], [_("This contains characters that are no text.")])
    form = FilterForm(query)
    if errors or not form.is_valid():
        raise Malformed(_("The query cannot be understood."), errors or {
            name: [str(sentence) for sentence in sentences] for name, sentences in form.errors.items()})
    return form.cleaned_data


def matching(user, wanted, now):
    """The tickets this user sees and asks for, without order."""
    rows = Ticket.objects.visible_to(user)
    equal = {"state__in": "state", "type": "type", "urgency": "urgency", "channel": "channel",
             "registered_at__gte": "registered_from", "registered_at__lt": "registered_to"}
    rows = rows.filter(**{path: wanted[name] for path, name in equal.items() if wanted[name]})
    if wanted["category"]:
        rows = rows.filter(_in_tree(wanted["category"]))
    if wanted["unit"]:
        rows = rows.filter(lead_unit__in=Unit.objects.filter(code=wanted["unit"]))
    if wanted["late"] is not None:
        late = Q(next_due_at__lt=now)
        rows = rows.filter(late) if wanted["late"] else rows.exclude(late)
    return rows


def _in_tree(code):
    level = {2: "category__l1_code", 4: "category__l2_code", 6: "category__code"}[len(code)]
    return Q(**{level: code})


def page(rows, wanted, user):
    """(tickets of this page, Position of the next one or None), newest first."""
    size = wanted["page_size"] or PAGE_SIZE
    asked = asking.understood(wanted["q"], user) if wanted["q"] else asking.Asked()
    rows = asking.narrowed(rows, asked, user)
    if asked.has_words:
        return said(hits.Search(rows, asked, hits.NEWEST), wanted["cursor"], user, size)
    if wanted["cursor"]:
        after = Position.unpack(wanted["cursor"])
        rows = rows.filter(Q(registered_at__lte=after.registered_at),  # alone it lets the index be used
                           Q(registered_at__lt=after.registered_at) | Q(id__lt=after.id))
    found = list(rows.for_list().order_by("-registered_at", "-id")[: size + 1])
    shown = found[:size]
    return shown, Position(shown[-1].registered_at, shown[-1].id) if len(found) > size else None


def said(search, cursor, user, size):
    """The same of the tickets that say the words; the place is the key alone."""
    after = f"0~{Position.unpack(cursor).id}" if cursor else ""
    shown, rest = hits.page(search, user, after=after, size=size)
    return shown, Position(datetime.fromtimestamp(0, UTC), int(rest.partition("~")[2])) if rest else None


def next_url(path, query, position):
    if position is None:
        return None
    kept = [(name, value) for name, values in query.lists() if name != "cursor" for value in values]
    return f"{path}?{urlencode([*kept, ('cursor', position.pack())])}"
