"""特别关注: the list of numbers with which something is to be heeded, kept by shift leaders and supervisors."""
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from tickets.models import CallerNote
from tickets.timed import acts

KEEPERS = (Role.OPS, Role.SV)
THERE_ALREADY = _("There is a note of this kind for this number in that time already; end it first.")


def add(*, number_hash, kind, who, words, **said):
    """A note as tickets.timed.acts.write() takes it. Raises Overlaps."""
    return acts.write(CallerNote, same={"number_hash": number_hash, "kind": kind}, who=who, words=words,
                      logged=lambda note: {"words": words}, **said)
