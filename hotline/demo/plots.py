"""What may become of a case: each plot gives the beats of one case, and of those that belong to it."""
from hotline.demo import after_acts as after
from hotline.demo import desk_acts as desk
from hotline.demo import unit_acts as unit
from hotline.demo.lives import (
    DAY,
    HOUR,
    accepted,
    again_in_hand,
    approved,
    asked,
    closed,
    contacted,
    disappointed,
    done_again,
    in_hand,
    replied,
    reviewed,
    signed,
    taken_in,
    twice_disappointed,
    until_callback,
    whole,
    worked,
)
from hotline.demo.stage import CALLBACK, RETRY, UNIT

# --- before dispatch ----------------------------------------------------------------------------------------------


def answered(case):
    return [case.beat(0, 0, desk.answer)]


def drafted(case):
    return [case.beat(0, 0, desk.draft)]


def voided(case):
    return [case.beat(0, 0, desk.draft), case.beat(1, 6, desk.void)]


def transferred(case):
    return [case.beat(0, 0, desk.draft), case.beat(1, 5, desk.transfer)]


def lacks_information(case):
    return [*taken_in(case), case.beat(1, 12, desk.return_for_info)]


def refused(case):
    return [*taken_in(case), case.beat(3, 17, desk.refuse)]


def refused_by_two(case):
    return [*refused(case), case.beat(4, 25, desk.confirm_refusal)]


def withdrawn_early(case):
    return [*taken_in(case), *reviewed(case)[:-1], case.beat(2, 15, desk.withdraw_early)]


def awaits_dispatch(case):
    return [*taken_in(case), *reviewed(case)]


# --- dispatch, return, ruling ---------------------------------------------------------------------------------------


def never_signs(case):
    """The unit lets the receipt run out: silence is acceptance. The ladder itself signs."""
    return [*accepted(case), case.beat(95, 140, unit.contact)]


def recalled(case):
    return [*accepted(case, to=case.matter.mistaken[0]), case.beat(2, 6, desk.recall), case.beat(1, 5, desk.dispatch), *signed(case),
            *worked(case), *approved(case), *closed(case)]


def returned(case, suggested):
    """The liaison asks within the window; of urgent cases the leader signs as well."""
    beats = [case.beat(3, 10, unit.sign), case.beat(3, 11, unit.ask_to_return, suggested=suggested)]
    return [*beats, case.beat(1, 5, unit.sign_return)] if case.is_urgent else beats


def right_unit(case):
    return case.category.lead_unit.code if case.category.lead_unit else case.cast.units[case.place.area].parent.code


def wants_to_return(case):
    return [*accepted(case, to=case.matter.mistaken[0], co_units=()), *returned(case, right_unit(case))]


def return_unsigned(case):
    """An urgent one that waits for the leader of the unit."""
    return wants_to_return(case)[:-1]


def return_granted(case):
    return [*wants_to_return(case), case.beat(5, 50, desk.approve_return), case.beat(2, 8, desk.dispatch), *signed(case), *worked(case),
            *approved(case), *closed(case)]


def return_refused(case):
    return [*wants_to_return(case), case.beat(5, 50, desk.reject_return), *worked(case), *approved(case), *closed(case)]


def disputed(case):
    """Two units returned it: only a ruling can name the next."""
    return [*wants_to_return(case), case.beat(4, 20, desk.approve_return), case.beat(1, 7, desk.dispatch, to=case.matter.mistaken[1], co_units=()),
            *returned(case, right_unit(case)), case.beat(4, 20, desk.approve_return), case.beat(1, 7, desk.ask_for_ruling)]


def ruled(case):
    return [*disputed(case), case.beat(20, 150, desk.designate)]


def ruled_and_closed(case):
    return [*ruled(case), *signed(case), *worked(case), *approved(case), *closed(case)]


# --- with the unit --------------------------------------------------------------------------------------------------


def contact_made(case):
    return [*in_hand(case), *contacted(case)]


def progress_made(case):
    return [*contact_made(case), case.beat(20, 120, unit.progress, hours=UNIT)]


def passed_down(case):
    return [*contact_made(case), case.beat(5, 40, unit.assign_down, hours=UNIT)]


def passed_down_and_closed(case):
    return [*passed_down(case), case.beat(40, 300, unit.answer_parts, hours=UNIT), *replied(case), *approved(case), *closed(case)]


def with_co_unit(case):
    return [*contact_made(case), case.beat(10, 60, desk.add_co_unit)]


def with_co_unit_closed(case):
    return [*with_co_unit(case), case.beat(60, 300, unit.answer_parts, hours=UNIT), *replied(case), *approved(case), *closed(case)]


def co_unit_waived(case):
    return [*with_co_unit(case), case.beat(30, 200, desk.waive_parts), *replied(case), *approved(case), *closed(case)]


def reminded(case):
    return [*in_hand(case), case.beat(40, 180, desk.remind), *([case.beat(30, 200, desk.remind)] if case.chance(0.4) else []),
            case.beat(2, 30, desk.supplement)]


def reminded_and_closed(case):
    return [*reminded(case), case.beat(10, 60, unit.acknowledge_reminders), *worked(case), *approved(case), *closed(case)]


def urged(case):
    """Nearly a day old, the supervisor asks; nobody acknowledged yet."""
    return [*contact_made(case), case.beat(18 * HOUR, 22 * HOUR, desk.urge)]


def worsened(case):
    return [*contact_made(case), case.beat(10, 90, desk.raise_urgency), case.beat(10, 60, unit.progress, hours=UNIT)]


def awaits_signature(case):
    return [*contact_made(case), case.beat(60, 400, unit.reply, hours=UNIT)]


def awaits_reply_review(case):
    return [*in_hand(case), *worked(case)]


def reply_sent_back(case):
    return [*awaits_reply_review(case), case.beat(5, 110, after.return_reply)]


def extension_unsigned(case):
    return [*contact_made(case), case.beat(3 * HOUR, 8 * HOUR, unit.ask_extension)]


def extension_asked(case):
    return [*extension_unsigned(case), case.beat(5, 60, unit.sign_extension)]


def extension_granted(case):
    return [*extension_asked(case), case.beat(10, 120, after.decide_extension)]


def extension_refused(case):
    return [*extension_asked(case), case.beat(10, 120, after.decide_extension, approved=False)]


def extended_and_closed(case):
    return [*extension_granted(case), *replied(case), *approved(case), *closed(case)]


def suspension_unsigned(case):
    return [*contact_made(case), case.beat(3 * HOUR, 9 * HOUR, unit.ask_suspension, hours=UNIT)]


def suspension_asked(case, **days):
    return [*contact_made(case), case.beat(3 * HOUR, 9 * HOUR, unit.ask_suspension, hours=UNIT, **days),
            case.beat(5, 60, unit.sign_suspension, hours=UNIT)]


def suspension_advised(case):
    return [*suspension_asked(case), case.beat(10, 90, after.propose_suspension)]


def suspended(case):
    return [*suspension_advised(case), case.beat(10, 120, after.confirm_suspension)]


def suspension_refused(case):
    return [*suspension_asked(case), case.beat(10, 90, after.reject_suspension)]


def resumed(case):
    return [*suspended(case), case.beat(26 * HOUR, 60 * HOUR, unit.resume, hours=UNIT)]


def suspended_until(case):
    """A review date that comes within the week: the system itself resumes it."""
    return [*suspension_asked(case, days=2), case.beat(10, 60, after.propose_suspension), case.beat(10, 60, after.confirm_suspension)]


def excluded(case, decide=True):
    beats = [*contact_made(case), case.beat(HOUR, 5 * HOUR, unit.ask_exclusion, hours=UNIT)]
    return [*beats, case.beat(20, 200, after.propose_exclusion), case.beat(10, 90, after.confirm_exclusion)] if decide else beats


def exclusion_advised(case):
    return excluded(case)[:-1]


def supervised(case, kind="repeated", by="sv"):
    return [*contact_made(case), case.beat(2 * HOUR, 9 * HOUR, after.supervise, kind=kind, by=by)]


def order_answered(case, **order):
    return [*supervised(case, **order), case.beat(30, 300, unit.answer_order, hours=UNIT)]


def order_sent_back(case):
    return [*order_answered(case), case.beat(10, 120, after.send_back_order)]


def order_closed(case):
    return [*order_answered(case, kind="leader", by="ql"), case.beat(10, 120, after.close_order), *replied(case), *approved(case), *closed(case)]


def expressed(case):
    return [case.beat(0, 0, desk.draft, by="ops"), case.beat(0.5, 3, desk.express)]


def expressed_in_hand(case):
    return [*expressed(case), case.beat(4, 20, unit.sign, hours=UNIT), case.beat(10, 60, unit.contact, hours=UNIT),
            case.beat(4, 20, desk.post_review), case.beat(20, 90, unit.progress, hours=UNIT)]


def expressed_and_closed(case):
    return [*expressed_in_hand(case), *replied(case), *approved(case), *closed(case)]


def called_in_vain(case, tries=1):
    return [*until_callback(case), *(case.beat(10, 120, after.not_reached, hours=RETRY) for _try in range(tries))]


def unreachable(case):
    """Three tries and the text message; then the agent asks for the supervisor's word."""
    return [*called_in_vain(case, tries=3), case.beat(49 * HOUR + 5, 50 * HOUR, after.propose_unreachable)]


def unreachable_and_closed(case):
    return [*unreachable(case), case.beat(20, 200, after.confirm_unreachable)]


def number_dead(case):
    return [*until_callback(case), case.beat(10, 300, after.wrong_number, hours=CALLBACK), case.beat(5, 60, after.propose_unreachable),
            case.beat(20, 200, after.confirm_unreachable)]


def wants_no_callback(case):
    return [*until_callback(case), case.beat(10, 400, after.declined, hours=CALLBACK), case.beat(0.2, 2, after.close)]


def content(case):
    return [*until_callback(case), *asked(case)]


def being_redone(case):
    return [*disappointed(case), case.beat(10, 90, after.order_redo)]


def being_redone_twice(case):
    return [*disappointed(case), *done_again(case), *asked(case, after.unhappy), case.beat(10, 90, after.order_redo),
            case.beat(10, 60, unit.contact, hours=UNIT)]


def redone(case):
    return [*disappointed(case), *done_again(case), *closed(case)]


def in_adjudication(case):
    return [*twice_disappointed(case), case.beat(10, 90, after.to_adjudication)]


def beyond_duty(case):
    return [*disappointed(case, solved="no", beyond_duty=True), case.beat(10, 90, after.to_adjudication)]


def taken_by_leader(case):
    return [*beyond_duty(case), case.beat(HOUR, 5 * HOUR, after.leader_takes_case)]


def taken_by_leader_and_closed(case):
    return [*taken_by_leader(case), *again_in_hand(case), *closed(case)]


def given_to_other_unit(case):
    return [*beyond_duty(case), case.beat(HOUR, 5 * HOUR, after.other_unit)]


def suspended_by_ruling(case):
    return [*beyond_duty(case), case.beat(HOUR, 5 * HOUR, after.suspend_by_ruling)]


def force_proposed(case):
    return [*beyond_duty(case), case.beat(HOUR, 6 * HOUR, after.propose_force)]


def forced(case):
    return [*force_proposed(case), case.beat(20, 200, after.confirm_force)]


def reopened(case):
    return [*whole(case), case.beat(6 * HOUR, DAY, after.reopen)]


def reopened_in_hand(case):
    return [*reopened(case), case.beat(2, 9, desk.dispatch), *signed(case), *contacted(case)]


def withdrawal_claimed(case):
    return [*contact_made(case), case.beat(30, 200, after.ask_withdrawal)]


def withdrawal_proposed(case):
    return [*withdrawal_claimed(case), case.beat(10, 200, after.withdrawal_answer, hours=CALLBACK), case.beat(1, 9, after.propose_withdrawal)]


def withdrawn(case):
    return [*withdrawal_proposed(case), case.beat(10, 120, after.confirm_withdrawal)]


def withdrawal_denied(case):
    return [*withdrawal_claimed(case), case.beat(10, 200, after.withdrawal_answer, hours=CALLBACK, confirmed=False),
            case.beat(1, 9, after.withdrawal_refuted)]


def withdrawal_denied_before_receipt(case):
    return [*accepted(case), case.beat(2, 8, after.ask_withdrawal), case.beat(5, 90, after.withdrawal_answer, hours=CALLBACK, confirmed=False),
            case.beat(1, 6, after.withdrawal_refuted)]


def neighbours(case, others):
    """Others of the same place report the same: merged into the first."""
    joined = [beat for other in others for beat in (
        case.beat(4, 45, desk.register, case=other), case.beat(2, 12, desk.merge, master=case, case=other))]
    return [*in_hand(case), *joined, *contacted(case)]


def burst(case, others):  # a street calls, one after the other, and nobody has merged them yet
    return [case.beat(0, 2, desk.register), *(case.beat(1, 6, desk.register, case=other) for other in others)]


def neighbours_closed(case, others):
    return [*neighbours(case, others), *replied(case), *approved(case), *closed(case)]


def neighbours_ordered(case, others):
    return [*neighbours(case, others), case.beat(10, 90, after.supervise, kind="cluster")]


def exclusion_asked(case):
    return excluded(case, decide=False)


def supervised_by_leader(case):
    return supervised(case, kind="leader", by="ql")


def called_in_vain_thrice(case):
    return called_in_vain(case, tries=3)
