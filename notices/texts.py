"""What each kind of notice says.

Staff read English msgids through the catalogue, in their own language, when the bell is opened. What leaves the
product as a text message to a citizen is fixed here in both languages: it must not depend on a compiled catalogue.
No text takes anything but numbers, names of units and steps and dates: never what a citizen said (SPEC 7.6).
"""
from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MSGIDS = ("clock", "what")  # params that are msgids themselves and are translated when shown
INSTANTS = ("due", "at")  # params that are instants in ISO format, shown in local time


@dataclass(frozen=True)
class Text:
    title: str
    body: str = ""
    tone: str = ""  # colour: "", blue, orange, red
    merges: bool = False  # many of them for one person at one time become a digest
    free_text: bool = False  # the body holds words that somebody typed: they never leave in a text message


@dataclass(frozen=True)
class Wording:
    """A text message to a citizen, if possible of 70 characters, which fit one message. The gateway signs it."""

    zh: str
    en: str


STAFF = {
    # dispatch and receipt
    "dispatched": Text(_("A ticket was dispatched to your unit"), _("Please sign for it."), "blue"),
    "dispatched_critical": Text(_("A critical ticket was dispatched: act now"), "", "red"),
    "deemed_signed": Text(_("A ticket counts as signed"),
                          _("%(unit)s did not sign in time; it may not return the ticket any more."), "orange"),
    "info_needed": Text(_("A ticket needs more information"), _("The review sent it back to you."), "orange"),
    "return_requested": Text(_("A unit asks to return a ticket"), _("Please decide."), "blue"),
    "return_approved": Text(_("The return was approved"), "%(decision)s", free_text=True),
    "return_rejected": Text(_("The return was refused: the ticket stays with you"), "%(decision)s", "orange", free_text=True),
    "arbitration": Text(_("A ruling on responsibility is asked for"), "", "blue"),
    # handling
    "extension_approved": Text(_("The extension was approved"), "%(decision)s", free_text=True),
    "extension_rejected": Text(_("The extension was refused"), "%(decision)s", "orange", free_text=True),
    "exclusion_approved": Text(_("The exclusion from assessment was approved"), "%(decision)s", free_text=True),
    "exclusion_rejected": Text(_("The exclusion from assessment was refused"), "%(decision)s", "orange", free_text=True),
    "part_answered": Text(_("A co-unit answered its part"), "%(unit)s"),
    "suspension_approved": Text(_("The suspension was approved"), "%(decision)s", free_text=True),
    "suspension_rejected": Text(_("The suspension was refused"), "%(decision)s", "orange", free_text=True),
    "second_person_needed": Text(_("A proposal waits for your signature"), "%(what)s", "blue"),
    "proposal_rejected": Text(_("Your proposal was rejected"), "%(what)s", "orange"),
    "resumed": Text(_("A suspended ticket is to be handled again"), _("Due: %(due)s."), "blue"),
    "reply_returned": Text(_("The reply was sent back"), _("Please correct it; the deadline has not moved."), "orange"),
    "reminder": Text(_("A ticket is being urged"), _("Please acknowledge and say where it stands."), "orange"),
    "difficult": Text(_("A matter needs a leader"), _("%(leader)s leads it."), "orange"),
    "instruction": Text(_("A leader gave an instruction"), _("Answer before %(due)s."), "red"),
    "reporter_merged": Text(_("Another reporter joined a ticket")),
    # callback and after
    "callback_due": Text(_("A callback is due")),
    "new_demand": Text(_("A citizen who was called back wants something new"),
                       _("Please complete the draft and submit it."), "blue"),
    "closed_but_negative": Text(_("A closed case turned out negative"), _("A record was corrected: reopen the ticket."), "red"),
    "appeal_raised": Text(_("A unit appeals a result"), _("Decide before %(due)s."), "blue"),
    "appeal_objected": Text(_("A unit objects to a decision"), _("Decide for good before %(due)s."), "orange"),
    "appeal_decided": Text(_("Your appeal was decided"), _("You may object once, within a day.")),
    "appeal_finally_decided": Text(_("Your appeal was finally decided")),
    "appeal_late": Text(_("The review of an appeal is late"), _("It was to be decided before %(due)s."), "red"),
    "rectification_asked": Text(_("Your unit stands at the end of its group"),
                                _("Say before %(due)s why, and what is done about it."), "orange"),
    "follow_up_due": Text(_("A ticket is to be looked at again"), _("Kept under tracking until %(date)s."), "blue"),
    "redo_ordered": Text(_("A ticket must be handled again"), _("Redo round %(round)s, due %(due)s."), "red"),
    "adjudication_asked": Text(_("A case needs adjudication"), "", "blue"),
    # supervision
    "supervision_issued": Text(_("A supervision order was issued"), _("Answer before %(due)s."), "red"),
    "supervision_answered": Text(_("A supervision order was answered"), _("%(unit)s answered; please check."), "blue"),
    "supervision_sent_back": Text(_("The answer to a supervision order was sent back"), "", "red"),
    "supervision_closed": Text(_("A supervision order was closed")),
    # early warning
    "early_warning": Text(_("Early warning: look at it now"), _("%(what)s: %(count)s reports, %(matter)s."), "red"),
    "merge_asked": Text(_("Reports of one matter are to be merged"),
                        _("%(count)s tickets under “Early warning”: %(matter)s."), "blue"),
    "memo_sent": Text(_("A memo of the hotline waits for your unit"),
                      _("Answer before %(due)s: it is under “Memos to units”."), "orange"),
    "memo_answered": Text(_("A memo was answered"), _("%(unit)s answered; please check."), "blue"),
    # consultation: nothing that was said in it
    "conference_opened": Text(_("You are asked in a consultation"), _("Please say what you know of the matter."), "blue"),
    "conference_added": Text(_("Somebody spoke in a consultation")),
    "conference_closed": Text(_("A consultation was closed with a decision")),
    # deadlines
    "warning": Text(_("A deadline comes near"), _("%(clock)s, due %(due)s."), "orange", merges=True),
    "escalation": Text(_("A deadline has passed"), _("%(clock)s, due %(due)s: level %(rung)s."), "red", merges=True),
    "escalation_to_acknowledge": Text(
        _("A deadline has passed: please acknowledge"),
        _("%(clock)s, due %(due)s: level %(rung)s. Without an acknowledgement in 30 minutes it goes one level up."),
        "red", merges=True),
    "message_late": Text(_("A message waits too long for acceptance"), _("%(what)s, due %(due)s: level %(rung)s."), "red",
                         merges=True),
    "digest": Text(_("%(count)s deadlines at once"), _("%(escalations)s passed, %(warnings)s near, highest level %(rung)s."),
                   "red"),
    # knowledge
    "knowledge_proposed": Text(_("An article of knowledge was proposed"), "%(article)s", "blue"),
    "knowledge_submitted": Text(_("An article of knowledge waits for your approval"), "%(article)s", "blue"),
    "knowledge_sent_back": Text(_("A colleague sent your article back"), "%(article)s", "orange"),
    "knowledge_published": Text(_("Your proposal is published as knowledge"), "%(article)s"),
    "knowledge_put_away": Text(_("Your proposal was put away"), "%(article)s"),
    "knowledge_review_due": Text(_("An article of knowledge is to be reviewed"), _("%(article)s, since %(date)s."), "orange"),
    # the machinery
    "nobody_found": Text(_("Nobody holds a post"), _("%(what)s of %(unit)s is vacant: a duty leader stood in."), "red"),
    "sweep_failed": Text(_("A deadline could not be escalated"),
                         _("%(clock)s was put aside for an hour. Tell the administrator."), "red"),
    "clock_jumped": Text(_("The clock jumped: escalation has stopped"),
                         _("By %(seconds)s seconds. Check the server's time, then run resume_sweep."), "red"),
    "export_ready": Text(_("Your file is ready"), _("%(rows)s rows. It is under “My files”."), "blue"),
    "export_failed": Text(_("Your file could not be written"), _("Ask for it again under the list."), "red"),
    "export_asked": Text(_("A file waits for your approval"), _("%(rows)s rows. It is under “My files”."), "orange"),
    "export_approved": Text(_("Your file was approved"), _("It is being written.")),
    "export_refused": Text(_("Your file was not approved"), _("Why stands under “My files”."), "orange"),
    "audit_broken": Text(_("The nightly audit found broken rules"), _("%(rules)s: %(count)s cases."), "red"),
    "calendar_missing": Text(_("Holidays are missing"), _("No holidays are entered for %(year)s."), "orange"),
    "lost_call": Text(_("A call was lost"), _("Please call the number back."), "orange"),
}

CITIZEN = {
    "accepted": Wording(
        "您好!您的诉求我们已受理。请您耐心等待我们的回复!工单号%(ticket_no)s,查询码%(query_code)s,承办单位将在2小时内与您联系。",
        "We accepted your request; please wait for our answer. No. %(ticket_no)s, code %(query_code)s. The unit calls in 2 h."),
    "accepted_confidential": Wording(  # it would frighten somebody who reports a unit to hear that a unit will call
        "您好!您的诉求我们已受理。请您耐心等待我们的回复!工单号%(ticket_no)s,查询码%(query_code)s,热线将为您保密并与您联系。",
        "We accepted your request; please wait for our answer. No. %(ticket_no)s, code %(query_code)s. It is kept secret."),
    "sent_to_unit": Wording(
        "您的诉求(工单号%(ticket_no)s)已转%(unit)s办理。",
        "Your request (no. %(ticket_no)s) was passed to %(unit)s."),
    "extended": Wording(
        "您的诉求(工单号%(ticket_no)s)因情况复杂需延期办理,承办单位会向您说明,敬请谅解。",
        "Your request (no. %(ticket_no)s) needs more time; the unit explains it to you."),
    "suspended": Wording(
        "您的诉求(工单号%(ticket_no)s)暂不具备办理条件,已列入计划,%(review_date)s前复核后告知您。",
        "Your request (no. %(ticket_no)s) cannot be settled now; it is planned and will be reviewed by %(review_date)s."),
    "replied": Wording(
        "您的诉求(工单号%(ticket_no)s)承办单位已办理,我们将电话回访,请您保持电话畅通。",
        "Your request (no. %(ticket_no)s) was handled. We will call you back to ask about it."),
    "questionnaire": Wording(
        "电话未能接通。工单%(ticket_no)s是否解决、是否满意?请48小时内来电12345或点击 %(link)s",
        "We could not reach you. Is no. %(ticket_no)s solved? Within 48 hours call 12345 or open %(link)s"),
    "withdrawal_check": Wording(
        "我们未能接通您的电话。您是否撤回工单%(ticket_no)s?请48小时内来电12345告知。",
        "We could not reach you. Do you withdraw no. %(ticket_no)s? Please call 12345 within 48 hours."),
    "refused": Wording(
        "您反映的事项(工单号%(ticket_no)s)依法应通过%(channel)s渠道办理,如需办理方式说明请来电12345。",
        "Your matter (no. %(ticket_no)s) belongs to another channel: %(channel)s. Call 12345 for how to do it."),
    "merged": Wording(
        "您的诉求(工单号%(ticket_no)s)与在办事项相同,已并入%(master_no)s一并办理并回访。",
        "Your request (no. %(ticket_no)s) joined no. %(master_no)s; it is handled and answered together with it."),
    "broadcast": Wording(  # two persons wrote it for all who reported the matter
        "您反映的事项(工单号%(ticket_no)s),现统一答复:%(answer)s",
        "About your request (no. %(ticket_no)s): %(answer)s"),
    "force_closed": Wording(
        "您的诉求(工单号%(ticket_no)s)经研判已结案,理由我们已向您说明;如有新情况请来电12345。",
        "Your request (no. %(ticket_no)s) was closed after adjudication, as explained. Call 12345 if there is news."),
    "reopened": Wording(
        "您的诉求(工单号%(ticket_no)s)已重新办理,请您耐心等待我们的回复!",
        "Your request (no. %(ticket_no)s) is being handled again. Please wait for our answer."),
}


LETTERS = {  # (subject, what it says before and after the reply); e-mails in answer to e-mails
    "letter_accepted": (
        Wording("您的来信已受理：工单%(ticket_no)s", "Your e-mail was accepted: no. %(ticket_no)s"),
        Wording("您好！您的来信我们已收到并受理，工单号%(ticket_no)s，查询码%(query_code)s。办结后我们将以邮件答复您。",
                "We accepted the request in your e-mail. No. %(ticket_no)s, code %(query_code)s. We answer it by e-mail."),
        Wording("如需补充情况，请直接回复本邮件，或致电12345并告知工单号。",
                "If there is more to say, answer this e-mail, or call 12345 and name the number.")),
    "letter_closed": (
        Wording("您反映的事项已办结：工单%(ticket_no)s", "Your request is settled: no. %(ticket_no)s"),
        Wording("您好！您来信反映的事项（工单号%(ticket_no)s）已办结，现答复如下：",
                "The request in your e-mail (no. %(ticket_no)s) is settled. The answer:"),
        Wording("如对答复有疑问或有新情况，请直接回复本邮件，或致电12345并告知工单号。",
                "If you have a question or there is news, answer this e-mail, or call 12345 and name the number.")),
    "letter_closed_silently": (
        Wording("您反映的事项已办结：工单%(ticket_no)s", "Your request is settled: no. %(ticket_no)s"),
        Wording("您好！您来信反映的事项（工单号%(ticket_no)s）已办结。",
                "The request in your e-mail (no. %(ticket_no)s) is settled."),
        Wording("办理结果不在邮件中载明，请致电12345，凭工单号和查询码%(query_code)s了解。",
                "The result is not written in e-mails: call 12345 and name the number and the code %(query_code)s.")),
    "letter_refused": (
        Wording("关于您来信反映的事项：工单%(ticket_no)s", "About your request: no. %(ticket_no)s"),
        Wording("您好！您来信反映的事项（工单号%(ticket_no)s）依法应通过%(channel)s渠道办理。",
                "The matter of your e-mail (no. %(ticket_no)s) belongs by law to another channel: %(channel)s."),
        Wording("如需了解办理方式，请致电12345。", "Call 12345 for how to do it.")),
    "letter_passed_on": (
        Wording("关于您来信反映的事项：工单%(ticket_no)s", "About your request: no. %(ticket_no)s"),
        Wording("您好！您来信反映的事项（工单号%(ticket_no)s）不由热线办理，请与%(channel)s联系。",
                "The matter of your e-mail (no. %(ticket_no)s) is not handled by the hotline; please turn to %(channel)s."),
        Wording("如有疑问，请致电12345。", "Call 12345 if you have a question.")),
    "letter_merged": (
        Wording("您反映的事项已并案办理：工单%(ticket_no)s", "Your request joined another one: no. %(ticket_no)s"),
        Wording("您好！您来信反映的事项（工单号%(ticket_no)s）与在办事项相同，已并入%(master_no)s一并办理，办结后以邮件答复您。",
                "The request in your e-mail (no. %(ticket_no)s) joined no. %(master_no)s; its answer comes by e-mail."),
        Wording("如需补充情况，请直接回复本邮件，或致电12345并告知工单号。",
                "If there is more to say, answer this e-mail, or call 12345 and name the number.")),
}


class Params(dict):
    """A missing value shows as an ellipsis: an incomplete notice is better than a page that fails."""

    def __missing__(self, key):
        return "…"


def text_of(kind):
    """Rows outlive releases: an old kind is shown by its name."""
    return STAFF.get(kind) or Text(kind)


def filled(params):
    shown = Params(params)
    shown.update({name: gettext(params[name]) for name in MSGIDS if params.get(name)})
    shown.update({name: local_time(params[name]) for name in INSTANTS if params.get(name)})
    return shown


def local_time(text):
    instant = parse_datetime(text)
    return date_format(instant.astimezone(timezone.get_current_timezone()), "SHORT_DATETIME_FORMAT") if instant else text


def title(notice):
    return str(text_of(notice.kind).title) % filled(notice.params)


def body(notice):
    return str(text_of(notice.kind).body) % filled(notice.params)


def message_to_person(notice, language):
    """The text message that a member of staff gets: 202602130001 A deadline has passed. Response, due …: level L1."""
    with translation.override(language):
        more = "" if text_of(notice.kind).free_text else body(notice)
        return " ".join(part for part in (notice.ticket_no, title(notice), more) if part)


def message_to_citizen(notice, language="zh"):
    wording = CITIZEN[notice.kind]
    return getattr(wording, language) % Params(notice.params, ticket_no=notice.ticket_no, link=notice.link or "…")


def subject(notice, language="zh"):
    return part_of_letter(notice, 0, language)


def opening(notice, language="zh"):
    return part_of_letter(notice, 1, language)


def letter_to_citizen(notice, language="zh"):
    parts = opening(notice, language), notice.letter, part_of_letter(notice, 2, language)
    return "\n\n".join(part for part in parts if part) + "\n"


def part_of_letter(notice, place, language):
    return getattr(LETTERS[notice.kind][place], language) % Params(notice.params, ticket_no=notice.ticket_no)
