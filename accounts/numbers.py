"""Phone numbers, identity cards and social credit codes: one spelling each, and what is valid."""

import re
import unicodedata
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

MOBILE = re.compile(r"1[3-9][0-9]{9}")
# No area code is 011 to 019: that is a mobile number short of a digit.
LANDLINE = re.compile(r"(?:(0(?!1[1-9])[0-9]{2,3})-?)?([2-9][0-9]{6,7})(?:-([0-9]{1,6}))?")
SERVICE = re.compile(r"400[0-9]{7}|800[0-9]{7}|9[56][0-9]{3,6}|1[0-9]{4}|1[0-9]{2}")
FOREIGN = re.compile(r"\+(?!86)[0-9]{6,15}")

LONGEST_TYPED = 60
DASHES = re.compile(r"[‐‑‒–—―−﹣转轉]")  # "0513-85001234转8012": the extension
NOISE = re.compile(r"[\s().\[\]{}（）【】·\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
TRUNKS = ("+86", "0086")


class PhoneKind(models.TextChoices):
    MOBILE = "mobile", _("mobile number")
    LANDLINE = "landline", _("landline number")
    SERVICE = "service", _("service number")
    FOREIGN = "foreign", _("number abroad")


def _folded(text: str) -> str:
    """Half-width digits, no spaces or brackets, plain hyphens, and none of the trunk prefixes."""
    text = NOISE.sub("", DASHES.sub("-", unicodedata.normalize("NFKC", text[:LONGEST_TYPED])))
    for trunk in TRUNKS:
        if text.startswith(trunk):
            national = text.removeprefix(trunk).lstrip("-").removeprefix("0")
            return national if _is_mobile(national) or SERVICE.fullmatch(national) else f"0{national}"
    if text.startswith("00") and FOREIGN.fullmatch(f"+{text[2:]}"):
        return f"+{text[2:]}"
    return text


def _is_mobile(text: str) -> bool:
    return MOBILE.fullmatch(text.replace("-", "").removeprefix("0")) is not None


def _kind(folded: str) -> PhoneKind | None:
    shapes = [
        (MOBILE, PhoneKind.MOBILE),
        (SERVICE, PhoneKind.SERVICE),
        (LANDLINE, PhoneKind.LANDLINE),
    ]
    for shape, kind in shapes:
        if shape.fullmatch(folded):
            return kind
    return PhoneKind.FOREIGN if FOREIGN.fullmatch(folded) and _is_possible_abroad(folded) else None


def _is_possible_abroad(folded: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(folded))
    except phonenumbers.NumberParseException:
        return False


def _one_spelling(text: str) -> str:
    folded = _folded(text)
    if _is_mobile(folded):
        return folded.replace("-", "").removeprefix("0")
    bare = folded.replace("-", "")
    if FOREIGN.fullmatch(bare) or (not LANDLINE.fullmatch(folded) and SERVICE.fullmatch(bare)):
        return bare
    return folded


def normalise_phone(text: str) -> str:
    """The number as it is stored, e.g. "+86 138-0013 8000" → "13800138000"; "" for "".

    Raises ValidationError for what is no phone number.
    """
    number = _one_spelling(text)
    if number and (len(text) > LONGEST_TYPED or _kind(number) is None):
        raise ValidationError(_("Enter a phone number, e.g. 13800138000 or 028-87654321."), code="invalid_phone")
    return number


def phone_kind(text: str) -> PhoneKind | None:
    """What sort of number this is; None for text that is no number."""
    return _kind(_one_spelling(text)) if len(text) <= LONGEST_TYPED else None


def can_be_called_back(text: str) -> bool:
    """A service number reaches a switchboard, not the person who called."""
    return phone_kind(text) not in (None, PhoneKind.SERVICE)


def validate_phone(text: str) -> None:
    normalise_phone(text)


def validate_phone_for_callback(text: str) -> None:
    number = normalise_phone(text)
    if number and not can_be_called_back(number):
        raise ValidationError(_("A service number cannot be called back."), code="service_number")


def phone_digits(text: str) -> str:
    """The number without its hyphen after the area code, so that both spellings hash alike."""
    number = _one_spelling(text)
    landline = LANDLINE.fullmatch(number)
    if landline is None:
        return number
    area, local, extension = landline.groups(default="")
    return f"{area}{local}" + (f"-{extension}" if extension else "")


ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"


def validate_id_card(text: str) -> str:
    """The 18 characters of a resident identity card (GB 11643), upper-case; ValidationError otherwise."""
    number = NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()
    wrong = ValidationError(_("This is not a valid identity card number."), code="invalid_id_card")
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise wrong
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise wrong from None
    total = sum(weight * int(digit) for weight, digit in zip(ID_WEIGHTS, number, strict=False))
    if ID_CHECKS[total % 11] != number[17]:
        raise wrong
    return number


def age_on_id_card(number: str, *, today: date) -> int:
    """Completed years; above 120 a form warns, since the number is valid and yet surely mistyped."""
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def validate_social_credit_code(text: str) -> str:
    """The 18 characters of a 统一社会信用代码 (GB 32100), upper-case; ValidationError otherwise."""
    code = NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()
    wrong = ValidationError(_("This is not a valid unified social credit code."), code="invalid_credit_code")
    if not re.fullmatch(rf"[0-9A-Z]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}", code) or set(code) - set(CREDIT_ALPHABET):
        raise wrong
    total = sum(CREDIT_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    if CREDIT_ALPHABET[-total % 31] != code[17]:
        raise wrong
    return code
