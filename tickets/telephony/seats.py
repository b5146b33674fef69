"""Who sits where, and what he is at: taken and left by hand, busy and wrapping up by what the telephone tells."""
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.roles import Role
from tickets.actions import Refused
from tickets.people import Disposition
from tickets.telephony.models import Seat

TAKES_CALLS = (Role.OP, Role.OPS)
WRAP_UP = timedelta(seconds=60)  # 话后整理: shown, and not enforced


def seat_of(user):
    return Seat.objects.filter(operator=user, left_at=None).first()


def on_duty():
    return Seat.objects.filter(left_at=None)


def _locked(**which):
    return Seat.objects.select_for_update().filter(left_at=None, **which).first()


def _check(by):
    if not by.has_role(*TAKES_CALLS):
        raise PermissionDenied("seat")


@transaction.atomic
def sit_down(*, by, now, extension, place):
    """Take the seat at this extension; asked again it says only whether in the hall or at home. Refused while it is taken."""
    _check(by)
    mine = _locked(operator=by)
    if mine and mine.extension == extension:
        return _save(mine, place=place)
    if mine:
        raise Refused(_("You sit at extension %(extension)s: leave it first.") % {"extension": mine.extension})
    try:
        with transaction.atomic():
            return Seat.objects.create(extension=extension, operator=by, place=place, since=now, sat_down_at=now)
    except IntegrityError as taken:
        raise Refused(_("Somebody sits at extension %(extension)s.") % {"extension": extension}) from taken


@transaction.atomic
def leave(*, by, now):
    _check(by)
    return _left(_locked(operator=by), now)


@transaction.atomic
def clear(seat_id, *, by, now):
    """A shift leader clears the seat of somebody who went home without leaving it."""
    if not by.has_role(Role.OPS):
        raise PermissionDenied("seat")
    return _left(_locked(pk=seat_id), now)


def _left(seat, now):
    if seat is None:
        raise Refused(_("Nobody sits there."))
    return _save(seat, left_at=max(now, seat.sat_down_at), call=None)


@transaction.atomic
def turn(*, by, now, mode):
    """Ready, pause …: what the operator says of himself. The telephone may say something else later."""
    _check(by)
    seat = _locked(operator=by)
    if seat is None:
        raise Refused(_("Take a seat first."))
    return _turned(seat, Seat.Mode(mode), now)


# --- what the telephone tells; inside the transaction of the event, which has locked the call: seats come after calls -----


def at(extension):
    """Who sits at this extension; None for nobody."""
    return on_duty().select_related("operator").filter(extension=extension).first() if extension else None


def _all_locked(which):
    return list(Seat.objects.select_for_update().filter(which, left_at=None).order_by("pk"))  # in one order, for all


def rings(seat, call):
    """Shown on the screen unless another call is being spoken on."""
    for mine in _all_locked(Q(pk=seat.pk)) if seat else ():
        if mine.mode != Seat.Mode.BUSY:
            _save(mine, call=call)


def picks_up(seat, call, now):
    """Where else it rang it rings no more."""
    for one in _all_locked(Q(call=call) | Q(pk=seat.pk if seat else None)):
        if seat and one.pk == seat.pk:
            _turned(_save(one, call=call), Seat.Mode.BUSY, now)
        else:
            _save(one, call=None)


def hangs_up(call, now):
    """Who spoke wraps up, unless it is said already what the call was."""
    for seat in _all_locked(Q(call=call)):
        if seat.mode != Seat.Mode.BUSY:
            _save(seat, call=None)
        elif call.disposition == Disposition.UNSETTLED:
            _turned(seat, Seat.Mode.WRAP_UP, now)
        else:
            _turned(_save(seat, call=None), Seat.Mode.READY, now)


def is_settled(call, now):
    """What the call was has been written down: the wrap-up is over."""
    seat = _locked(operator=call.operator_id)
    if seat and seat.call_id == call.pk and seat.mode == Seat.Mode.WRAP_UP:
        _turned(_save(seat, call=None), Seat.Mode.READY, now)


def _turned(seat, mode, now):
    if seat.mode != mode:
        _save(seat, mode=mode, since=now)
    if mode in (Seat.Mode.READY, Seat.Mode.PAUSE) and seat.call_id and seat.call.ended_at:
        _save(seat, call=None)
    return seat


def _save(seat, **changes):
    for name, value in changes.items():
        setattr(seat, name, value)
    seat.save(update_fields=list(changes))
    return seat
