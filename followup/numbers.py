"""The numbers that may still reach a reporter, in the order in which they are dialled (SPEC 7.5).

He gave one or two; a dead one is never dialled again. The number that he called from is kept with the call alone: where it
is another, it is tried when all that he gave are dead, and once.
"""
from django.core.exceptions import ValidationError

from accounts.numbers import normalise_phone, validate_phone_for_callback
from followup.models import CallbackAttempt
from tickets.models import Call

Number, Result = CallbackAttempt.Number, CallbackAttempt.Result


def known(task):
    """{which: the number itself} of all that there are."""
    given = {Number.PHONE: task.caller.phone, Number.PHONE2: task.caller.phone2}
    found = {which: number for which, number in given.items() if number}
    if found and (rang := called_from(task.caller)) and rang not in found.values():
        found[Number.CALLED] = rang
    return found


def called_from(caller):
    """What the telephone showed when he called, if that is a number one can call; else ''."""
    # Who called later about the same ticket, to urge or to add, may have been somebody else.
    call = Call.objects.filter(ticket__caller=caller, recognitions=None).order_by("pk").first()
    try:
        number = normalise_phone(call.caller_number) if call else ""
        validate_phone_for_callback(number)
    except ValidationError:
        return ""
    return number


def left(task):
    tried = list(task.attempts.values_list("number_used", "result"))
    dead = {used for used, result in tried if result == Result.WRONG_NUMBER}
    numbers = known(task)
    given = [which for which in (Number.PHONE, Number.PHONE2) if which in numbers and which not in dead]
    if given or Number.CALLED not in numbers:
        return given
    in_vain = any(used == Number.CALLED and result != Result.RESCHEDULE for used, result in tried)
    return [] if in_vain else [Number.CALLED]
