"""Closed lists that forms, constraints and reports share (SPEC 3.6, 4.2, 7)."""
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Type(models.TextChoices):
    CONSULT = "consult", _("Consultation")
    HELP = "help", _("Request for help")
    COMPLAINT = "complaint", _("Complaint")
    REPORT = "report", _("Report of wrongdoing")
    SUGGEST = "suggest", _("Suggestion")
    PRAISE = "praise", _("Praise")
    OTHER = "other", _("Other")


DIRECT_TYPES = (Type.CONSULT, Type.PRAISE, Type.OTHER)  # may be answered on the line
CALLBACK_TYPES = (Type.HELP, Type.COMPLAINT, Type.REPORT)  # never closed without a callback


class Urgency(models.TextChoices):
    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")
    CRITICAL = "critical", _("Critical")


class UrgencyReason(models.TextChoices):
    """Why a call is more urgent than its category usually is (SPEC 7.1 no. 19)."""

    LIFE = "life", _("Danger to life or health")
    PROPERTY = "property", _("Heavy damage threatens")
    VULNERABLE = "vulnerable", _("Child, old, ill or disabled person")
    MANY = "many", _("Many people are affected")
    UNREST = "unrest", _("Public order or unrest")
    ORDERED = "ordered", _("Ordered by the duty leader or a superior")


URGENT_OR_WORSE = (Urgency.URGENT, Urgency.CRITICAL)


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    PORTAL = "portal", _("Web portal")
    APP = "app", _("Government app")
    WECHAT = "wechat", _("WeChat")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    TRANSFER_110 = "transfer_110", _("Handed over by 110")
    SUPERIOR = "superior", _("Assigned by a superior")
    MEDIA = "media", _("Media")
    VISIT = "visit", _("Visit")


class Gender(models.TextChoices):
    MALE = "male", _("Mr")
    FEMALE = "female", _("Ms")
    UNKNOWN = "unknown", _("Unknown")


class SubjectType(models.TextChoices):
    PERSON = "person", pgettext_lazy("who speaks", "Person")
    COMPANY = "company", _("Company")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    ORGANISATION = "organisation", _("Other organisation")


class Difficulty(models.TextChoices):
    SIMPLE = "simple", _("Simple: the section handles it at once")
    GENERAL = "general", _("General: finished the same day")
    COMPOSITE = "composite", _("Composite: a vice leader leads it")
    HARD = "hard", _("Hard: the head coordinates it")


class InfoReason(models.TextChoices):
    INCOMPLETE = "incomplete", _("Elements missing")
    CATEGORY = "category", _("Wrong category")
    SHOULD_MERGE = "should_merge", _("Should be merged")
    SHOULD_ANSWER = "should_answer", _("Should be answered directly")


class RefusalReason(models.TextChoices):
    R1 = "R1", _("R1 Not the duty of this government or its units")
    R2 = "R2", _("R2 For 110, 119, 120 or 122")
    R3 = "R3", _("R3 Duty of party, congress, court, procuratorate or army")
    R4 = "R4", _("R4 To be settled by lawsuit, arbitration or review")
    R5 = "R5", _("R5 Already in a statutory procedure")
    R6 = "R6", _("R6 Touches state, business or private secrets")
    R7 = "R7", _("R7 Same matter in hand or lawfully closed, nothing new")
    R8 = "R8", _("R8 Unlawful, harassing or without substance")
    R9 = "R9", _("R9 Other (duty leader approves)")


class ReturnReason(models.TextChoices):
    """职责交叉 and 权属不清 are deliberately absent: the first receiver leads (首接首办)."""

    WRONG_AREA = "wrong_area", _("Another area")
    NOT_OUR_DUTY = "not_our_duty", _("Not the duty of this unit")
    ALREADY_ELSEWHERE = "already_elsewhere", _("Another unit is handling it")
    UNUSABLE = "unusable", _("Information wrong, cannot be handled")


class ReplyFault(models.TextChoices):
    OFF_POINT = "off_point", _("Does not answer the question")
    NO_CONTACT = "no_contact", _("Citizen not contacted")
    NO_BASIS = "no_basis", _("No basis given")
    NO_ATTACHMENT = "no_attachment", _("Attachment missing")
    OVER_PROMISE = "over_promise", _("Promises too much")
    PRIVACY = "privacy", _("Discloses personal data")


class ForceReason(models.TextChoices):
    F1 = "F1", _("F1 Unreasonable or without legal basis, explained")
    F2 = "F2", _("F2 Belongs to a statutory channel, guided there")
    F3 = "F3", _("F3 Conditions not yet given, plan told")
    F4 = "F4", _("F4 Citizen refuses to cooperate")
    F5 = "F5", _("F5 Civil party responsible, mediation failed")


class SuspendReason(models.TextChoices):
    PROJECT = "project", _("Needs a construction project")
    POLICY = "policy", _("Awaits a policy or higher decision")
    FUNDS = "funds", _("Awaits funds")
    SEASON = "season", _("Depends on season or weather")
    PROCEDURE = "procedure", _("Statutory procedure under way")


class ExclusionReason(models.TextChoices):
    UNREASONABLE = "unreasonable", _("Unreasonable demand")
    BEYOND_DUTY = "beyond_duty", _("Beyond the duty of the unit")
    MALICIOUS = "malicious", _("Malicious repetition")
    WRONG_INFO = "wrong_info", _("Citizen's information wrong")
    FORCE_MAJEURE = "force_majeure", _("Force majeure")
    PROCEDURE = "procedure", _("Statutory procedure under way")


class ContactMethod(models.TextChoices):
    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit")
    MESSAGE = "message", _("Message")
    RELAY = "relay", _("Through the hotline")


class ClosureKind(models.TextChoices):
    DIRECT = "direct", _("Answered on the line")
    CALLBACK = "callback", _("After callback")
    UNREACHABLE = "unreachable", _("Citizen could not be reached")
    FORCED = "forced", _("Closed by two persons")


class Outcome(models.TextChoices):
    """What a callback brought. Silence is never 'positive'."""

    POSITIVE = "positive", _("Solved and satisfied")
    NEUTRAL = "neutral", _("No rating given")
    REFUSED = "refused", _("Refused to be called back")
    UNREACHABLE = "unreachable", _("Could not be reached")
    NEGATIVE = "negative", _("Unsolved or dissatisfied")
    WITHDRAW_CONFIRMED = "withdraw_confirmed", _("Withdrawal confirmed")
    WITHDRAW_DENIED = "withdraw_denied", _("Withdrawal denied")


CLOSING_OUTCOMES = (Outcome.POSITIVE, Outcome.NEUTRAL, Outcome.REFUSED)
WORST_FIRST = (Outcome.NEGATIVE, Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.NEUTRAL, Outcome.POSITIVE)


class WithdrawFrom(models.TextChoices):
    """Where a withdrawal check came from, so that a denial leads back there."""

    HANDLING = "handling", _("In hand")
    DISPATCH = "dispatch", _("Before the unit signed")
