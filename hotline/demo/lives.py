"""Stretches of a case's life, as beats to be put together: taken in, sent, worked on, replied, called back."""
from hotline.demo import after_acts as after
from hotline.demo import desk_acts as desk
from hotline.demo import unit_acts as unit
from hotline.demo.stage import CALLBACK, RETRY, UNIT

HOUR, DAY = 60, 1440
SLOW = 0.07  # share of acts that come too late


def taken_in(case):
    return [case.beat(0, 0, desk.register)]


def reviewed(case):
    if case.chance(0.08):
        return [case.beat(2, 9, desk.return_for_info), case.beat(3, 34, desk.complete), case.beat(2, 10, desk.approve)]
    if case.chance(SLOW):
        return [case.beat(21, 40, desk.approve)]
    return [case.beat(1, 9 if case.is_urgent else 16, desk.approve)]


def sent(case, to=None, co_units=None):
    late = case.chance(SLOW / 2)
    return [case.beat(11 if late else 0.5, 20 if late else 4 if case.is_urgent else 8, desk.dispatch, to=to, co_units=co_units)]


def accepted(case, **to):
    return [*taken_in(case), *reviewed(case), *sent(case, **to)]


def signed(case):
    if case.chance(SLOW):
        return [case.beat(35, 75, unit.sign, hours=UNIT)]
    return [case.beat(2, 22, unit.sign, hours=UNIT, to_handler=case.chance(0.4))]


def in_hand(case, **to):
    return [*accepted(case, **to), *signed(case)]


def contacted(case):
    if case.chance(SLOW):
        return [case.beat(125, 240, unit.contact, hours=UNIT)]
    tried = [case.beat(4, 20, unit.contact, hours=UNIT, reached=False)] if case.chance(0.1) else []
    return [*tried, case.beat(5, 60, unit.contact, hours=UNIT)]


def progressed(case):
    return [case.beat(20, 150, unit.progress, hours=UNIT)] if case.is_urgent or case.chance(0.3) else []


def replied(case, **options):
    slow = case.chance(SLOW)
    beats = [case.beat(23 * HOUR if slow else 50, 30 * HOUR if slow else 7 * HOUR, unit.reply, hours=UNIT, **options)]
    if case.is_urgent:
        beats.append(case.beat(4, 35, unit.sign_reply, hours=UNIT))
    return beats


def worked(case, **options):
    return [*contacted(case), *progressed(case), *replied(case, **options)]


def approved(case, **reply):
    """The reply is reviewed; one in ten has to be mended first."""
    if not case.chance(0.1):
        return [case.beat(5, 110, after.approve_reply)]
    again = [case.beat(4, 35, unit.sign_reply, hours=UNIT)] if case.is_urgent else []
    return [case.beat(5, 110, after.return_reply), case.beat(20, 150, unit.mended_reply, hours=UNIT, **reply), *again,
            case.beat(5, 90, after.approve_reply)]


def asked(case, answer=after.happy):
    missed = [case.beat(10, 4 * HOUR, after.not_reached, hours=RETRY)] if case.chance(0.15) else []
    return [*missed, case.beat(10, 7 * HOUR, answer, hours=RETRY if missed else CALLBACK)]


def closed(case):
    return [*asked(case), case.beat(0.2, 3, after.close)]


def whole(case, **to):
    return [*in_hand(case, **to), *worked(case), *approved(case), *closed(case)]


def until_callback(case):
    return [*in_hand(case), *worked(case), *approved(case)]


def disappointed(case, **options):
    """Up to the first negative answer."""
    return [*in_hand(case), *worked(case, **options), *approved(case, **options), *asked(case, after.unhappy)]


def done_again(case):
    """A redo round up to the approved reply: the handler writes, the leader signs."""
    return [case.beat(10, 90, after.order_redo), *again_in_hand(case)]


def again_in_hand(case):
    return [case.beat(10, 60, unit.contact, hours=UNIT), case.beat(90, 8 * HOUR, unit.reply, hours=UNIT),
            case.beat(5, 40, unit.sign_reply, hours=UNIT), case.beat(10, 120, after.approve_reply)]


def twice_disappointed(case):
    """Two redo rounds, and still negative."""
    again = [beat for _round in range(2) for beat in (*done_again(case), *asked(case, after.unhappy))]
    return [*disappointed(case), *again]
