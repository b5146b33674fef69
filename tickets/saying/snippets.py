"""Texts that an operator inserts while he types: his own, and those that all share."""
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.roles import Role
from tickets.actions import Refused
from tickets.models import Snippet
from tickets.saying.rows import MOST_SNIPPETS

SHARERS = (Role.OPS, Role.SV)


def readable_by(user):
    """One's own first."""
    return Snippet.objects.filter(Q(owner=user) | Q(owner=None)).order_by("owner_id", "name")


def may_share(user):
    return user.has_role(*SHARERS)


def may_drop(snippet, user):
    return snippet.owner_id == user.pk or snippet.owner_id is None and may_share(user)


def keep(*, name, text, is_shared, by, now):
    """A text under a name; the same name again replaces it."""
    if is_shared and not may_share(by):
        raise PermissionDenied("snippet")
    owner = None if is_shared else by
    try:
        with transaction.atomic():
            if Snippet.objects.filter(owner=owner).exclude(name=name).count() >= MOST_SNIPPETS:
                raise Refused(_("There are %(most)d texts: drop one first.") % {"most": MOST_SNIPPETS})
            return Snippet.objects.update_or_create(owner=owner, name=name, defaults={"text": text, "by": by, "at": now})[0]
    except IntegrityError as error:
        raise Refused(_("Somebody keeps a text of this name at this moment: try again.")) from error


@transaction.atomic
def drop(snippet_id, *, by):
    """A stranger's text is none: DoesNotExist."""
    snippet = readable_by(by).select_for_update(no_key=True).get(pk=snippet_id)
    if not may_drop(snippet, by):
        raise PermissionDenied("snippet")
    snippet.delete()
