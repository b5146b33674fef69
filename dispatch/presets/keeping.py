"""What the people of a unit do with its reply presets. Each change is in the audit log."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Unit
from accounts.roles import UNIT_ROLES
from dispatch.models import ReplyPreset
from dispatch.presets.rows import MOST
from tickets.actions import Refused


def units_of(user):
    """Units for which this user may keep presets: those he belongs to himself, not those below."""
    mine = [membership.unit for membership in user.membership_list if membership.role in UNIT_ROLES]
    return list({unit.pk: unit for unit in mine}.values())


def may_keep(preset, user):
    return preset.unit_id in {unit.pk for unit in units_of(user)}


@transaction.atomic
def add(*, unit, category, title, text, by, now, request=None):
    if unit not in units_of(by):
        raise PermissionDenied("preset")
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two at once would pass the limit or the title together
    there = ReplyPreset.objects.in_force().filter(unit=unit)
    if there.filter(title=title).exists():
        raise Refused(_("The unit has a preset of this title already."))
    if there.count() >= MOST:
        raise Refused(_("The unit has %(most)d presets: end one first.") % {"most": MOST})
    preset = ReplyPreset.objects.create(unit=unit, category=category, title=title, text=text, by=by, at=now)
    audit.record("CONFIG", user=by, now=now, request=request, what=f"reply preset {preset.pk}", unit=unit.code, title=title,
                 category=category)
    return preset


@transaction.atomic
def end(preset_id, *, by, now, request=None):
    """A stranger's preset is none: DoesNotExist. Ending twice is ending once: returns whether this was the end."""
    preset = ReplyPreset.objects.readable_by(by).select_for_update(of=("self",), no_key=True).get(pk=preset_id)
    if not may_keep(preset, by):
        raise PermissionDenied("preset")
    if preset.ended_at:
        return False
    preset.ended_by, preset.ended_at = by, now
    preset.save(update_fields=["ended_by", "ended_at"])
    audit.record("CONFIG", user=by, now=now, request=request, what=f"reply preset {preset.pk} ended", title=preset.title)
    return True
