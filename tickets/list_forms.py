"""The small forms above a list: its columns, a view of it under a name, a file of it."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from tickets import columns
from tickets.disclosure import IN_FULL
from tickets.exports.rows import Export
from tickets.saved_views import LONGEST_NAME

SHARE_WITH_UNIT = (Role.OPS, Role.UL, Role.SV, Role.DL)  # leaders: what they share, their people work by
SHARE_WITH_ROLE = (Role.SV, Role.DL)


@dataclass(frozen=True)
class Panel:
    name: str
    title: str
    icon: str
    form: forms.Form
    is_open: bool
    acts: Sequence  # (what is sent, its label, how its button looks)


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(label=_("Columns"), required=False)

    def __init__(self, listing, data=None):
        super().__init__(data, initial={"columns": [column.name for column in listing.columns]}, auto_id="columns-%s")
        offered: Any = self.fields["columns"]
        offered.choices = [(column.name, column.label) for column in columns.open_to(listing.user, listing.work)]


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=LONGEST_NAME)
    share = forms.ChoiceField(label=_("Who sees it"), required=False,
                              help_text=_("Everybody finds in it only the tickets that are his to see."))

    def __init__(self, listing, data=None):
        view = own_view(listing)
        super().__init__(data, initial={"name": view.name, "share": shared_as(view)} if view else {}, auto_id="view-%s")
        share: Any = self.fields["share"]
        share.choices = may_share(listing.user, listing.desk)
        if len(share.choices) == 1:
            del self.fields["share"]

    def clean_name(self):
        """One line of signs that can be seen: the name gets into a header when the view is downloaded."""
        seen = "".join(sign if sign.isprintable() else " " for sign in self.cleaned_data["name"])
        name = " ".join(seen.split())
        if not name:
            raise ValidationError(_("Give the view a name."))
        return name


class ExportForm(forms.Form):
    reason = forms.CharField(label=_("What the file is for"), min_length=2, max_length=200,
                             help_text=_("The whole list with its filters and columns, not only this page. "
                                         "The download is kept in the audit log."))

    def __init__(self, data=None):
        super().__init__(data, auto_id="export-%s")


class ListExportForm(ExportForm):
    """Of a work list: also long, as CSV, and with names for those who may ask for them."""

    form = forms.ChoiceField(label=_("File"), choices=Export.Form, initial=Export.Form.XLSX, required=False)
    in_full = forms.BooleanField(label=_("With names and phones in full"), required=False,
                                 help_text=_("A duty leader has to approve it."))
    field_order = ("form", "in_full", "reason")

    def __init__(self, user, data=None):
        super().__init__(data)
        if not user.has_role(*IN_FULL):
            del self.fields["in_full"]

    def clean_form(self):
        return self.cleaned_data["form"] or Export.Form.XLSX


def own_view(listing):
    return listing.view if listing.view and listing.view.owner_id == listing.user.pk else None


def may_share(user, desk):
    """With whom this user may share a view of the desk: (value, label) pairs, himself alone first."""
    units = {m.unit_id: m.unit.name for m in user.membership_list if m.role in SHARE_WITH_UNIT}
    roles = desk.roles if user.has_role(*SHARE_WITH_ROLE) else ()
    return [("", _("Only I")), *[(f"unit:{pk}", name) for pk, name in units.items()],
            *[(f"role:{role}", Role(role).label) for role in roles]]


def shared_as(view):
    if view.shared_unit_id:
        return f"unit:{view.shared_unit_id}"
    return f"role:{view.shared_role}" if view.shared_role else ""


def panels(listing, bound):
    """Columns, view and file, each a form of its own; the one that came back with errors is open."""
    view = own_view(listing)
    view_acts = [("save_view", _("Save as a new view"), "" if view else "btn-primary")]
    if view:
        view_acts = [("change_view", _("Save this view"), "btn-primary"), *view_acts,
                     ("delete_view", _("Delete this view"), "btn-outline-danger")]
    made = (
        ("columns", _("Columns"), "columns", ColumnsForm, (("columns", _("Show these"), "btn-primary"),
                                                           ("usual_columns", _("The usual ones"), ""))),
        ("view", _("Save view"), "bookmark", ViewForm, view_acts),
        ("export", _("Excel"), "file-spreadsheet", lambda listing: ListExportForm(listing.user),
         (("export", _("Download"), "btn-primary"),)),
    )
    return [Panel(name, title, icon, bound.get(name) or make(listing), name in bound, acts)
            for name, title, icon, make, acts in made]
