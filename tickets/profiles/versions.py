"""Limits and ladders change by a new version only; open clocks follow it when the change says so."""
from django.db import transaction

from accounts import audit
from tickets import recount
from tickets.models import SlaProfile


class Overtaken(Exception):
    """Somebody made a version since the preview; `newest` is that one."""

    def __init__(self, newest):
        super().__init__(str(newest))
        self.newest = newest


def newest(code):
    return SlaProfile.objects.filter(code=code).order_by("-version").first()


def unsaved(given, *, version, valid_from):
    return SlaProfile(version=version, valid_from=valid_from,
                      **{name: given[name] for name in ("code", "title", "limits", "ladders", "is_default")})


@transaction.atomic
def add_version(*, given, base, valid_from, reason, apply, by, now, request=None):
    """Write what the form gave as the next version of its code. Returns (profile, how many due dates moved)."""
    list(SlaProfile.objects.filter(code=given["code"]).select_for_update(no_key=True).order_by("pk"))  # one at a time
    last = newest(given["code"])
    if last.version != base:
        raise Overtaken(last)
    profile = unsaved(given, version=base + 1, valid_from=valid_from)
    profile.by, profile.at, profile.reason = by, now, reason
    profile.save(force_insert=True)
    moved = 0
    if apply:
        moved = recount.apply(recount.NewProfile(profile), by=by, now=now, note=reason, data={"profile": str(profile)})
    audit.record("CONFIG", user=by, now=now, request=request, what=f"limits {profile.code} v{profile.version}", reason=reason,
                 limits=profile.limits, ladders=profile.ladders, valid_from=valid_from.isoformat(),
                 is_default=profile.is_default, applied=apply, moved=moved)
    return profile, moved
