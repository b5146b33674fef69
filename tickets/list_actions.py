"""What people do to their lists: choose columns, keep views. No ticket changes by it."""
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions import Refused
from tickets.models import ListChoice, SavedView
from tickets.saved_views import LIMIT


def choose_columns(name, columns, *, by):
    ListChoice.objects.update_or_create(user=by, name=name, defaults={"columns": columns})


def use_usual_columns(name, *, by):
    ListChoice.objects.filter(user=by, name=name).delete()


@transaction.atomic
def save_view(*, by, now, desk, work, name, query, columns, share=""):
    """A new view. Refuses a second one of the same name, and one too many."""
    mine = _locked(by)
    if mine.count() >= LIMIT:
        raise Refused(_("You have %(limit)d views; delete one that you do not need any more.") % {"limit": LIMIT})
    _check_name(mine, name)
    return SavedView.objects.create(owner=by, created_at=now, desk=desk, list=work, name=name, query=query, columns=columns,
                                    **_shared(share))


@transaction.atomic
def change_view(view_id, *, by, name, query, columns, share=""):
    """Rename a view of one's own, share it otherwise, keep the filters, order and columns that one sees now."""
    mine = _locked(by)
    view = mine.get(pk=view_id)
    _check_name(mine.exclude(pk=view_id), name)
    for field, value in {"name": name, "query": query, "columns": columns, **_shared(share)}.items():
        setattr(view, field, value)
    view.save()
    use_usual_columns(f"view.{view_id}", by=by)  # they are the view's own now
    return view


@transaction.atomic
def delete_view(view_id, *, by):
    view = _locked(by).get(pk=view_id)
    ListChoice.objects.filter(name=f"view.{view_id}").delete()
    view.delete()


def _locked(by):
    """The views of one person, whose row is held so that two windows cannot add the last one both."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    return SavedView.objects.filter(owner=by)


def _check_name(others, name):
    if others.filter(name__iexact=name).exists():
        raise Refused(_("You have a view of this name already."))


def _shared(share):
    kind, _separator, whom = share.partition(":")
    return {"shared_unit_id": int(whom) if kind == "unit" else None, "shared_role": whom if kind == "role" else ""}
