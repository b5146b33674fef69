"""What is shown of a person to somebody who need not know who it is."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from accounts.numbers import PhoneKind, normalise_phone, phone_kind

HIDDEN = "****"

COMPOUND_SURNAMES = frozenset(
    {
        "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒",
        "司空", "端木", "百里", "南宫", "独孤", "西门", "轩辕", "长孙", "宇文", "闻人", "澹台", "公冶",
        "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "拓跋", "呼延",
        "东郭", "南门", "赫连", "万俟", "第五", "公羊", "歐陽", "司馬", "諸葛", "東方", "尉遲", "公孫",
        "長孫", "聞人", "鍾離", "鮮于", "閭丘", "東郭", "南宮", "獨孤", "軒轅",
    }
)  # fmt: skip
MEN = frozenset({"m", "male", "man", "mr", "1", "男", "先生"})
WOMEN = frozenset({"f", "female", "woman", "ms", "mrs", "2", "女", "女士"})
NAMELESS = frozenset({"", "匿名", "不详", "未知", "无", "anonymous", "unknown"})


def mask_name(name: str, gender: str = "", english: bool = False) -> str:
    """Surname and form of address: 彭先生 / Mr 彭. Unknown gender 彭**; no name: 匿名 / anonymous."""
    folded = unicodedata.normalize("NFKC", name or "").strip()
    if folded.casefold() in NAMELESS:
        return "anonymous" if english else "匿名"
    surname = folded[:2] if folded[:2] in COMPOUND_SURNAMES and len(folded) > 2 else folded[:1]
    chinese = re.fullmatch(r"[\u3400-\u9fff\U00020000-\U000323af]{2,}", folded) is not None
    sex = str(gender or "").strip().casefold()
    if sex in MEN and chinese:
        return f"Mr {surname}" if english else f"{surname}先生"
    if sex in WOMEN and chinese:
        return f"Ms {surname}" if english else f"{surname}女士"
    return f"{surname}**"


def name_for_reader(name: str, gender: str = "") -> str:
    """The masked name in the language of whoever reads now."""
    return mask_name(name, gender, english=(get_language() or "").startswith("en"))


def mask_phone(number: str) -> str:
    """138****8000, 0288***4321, +852****567; service numbers are public; anything else is hidden whole."""
    if not number:
        return ""
    try:
        plain = normalise_phone(number)
    except ValidationError:
        return HIDDEN
    kind = phone_kind(plain)
    if kind == PhoneKind.SERVICE:
        return plain
    if kind == PhoneKind.FOREIGN:
        return _keep_ends(plain, head=4, tail=3)
    area, local = _landline_parts(plain) if kind == PhoneKind.LANDLINE else ("", plain)
    if kind == PhoneKind.MOBILE:
        return _keep_ends(local, head=3, tail=4)
    return _keep_ends(f"{area}{local}", head=4, tail=4) if area else _keep_ends(local, head=2, tail=2)


def _landline_parts(number: str) -> tuple[str, str]:
    """("0513", "85001234") of "0513-85001234-8012"; the extension is dropped, it may lead to one desk."""
    if not number.startswith("0"):
        return "", number.split("-")[0]
    digits = "".join(number.split("-")[:2]) if "-" in number[:5] else number.split("-")[0]
    return digits[:3], digits[3:]


def _keep_ends(text: str, *, head: int, tail: int) -> str:
    """At least four characters are hidden where the text is long enough, and always three."""
    tail = max(0, min(tail, len(text) - head - 3))
    return text[:head] + "*" * (len(text) - head - tail) + (text[-tail:] if tail else "")


def mask_id_card(number: str) -> str:
    """110105********002X."""
    return _keep_ends(number, head=6, tail=4) if len(number) >= 15 else HIDDEN


# In running text the digits may be full-width, Chinese, or set apart by spaces, dots and hyphens.
CHINESE_DIGITS = dict(zip("零〇○幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00011234567891234567890", strict=False))
GAP = r"[\s\-.·\u00ad\u200b-\u200f\u2060-\u2064\ufeff]{0,2}"


def _spaced(shape: str, count: int) -> str:
    return rf"(?:{GAP}{shape}){{{count}}}"


ID_IN_TEXT = re.compile(
    rf"(?<!\d)[1-9]{_spaced('[0-9]', 5)}{GAP}(?:1{GAP}[89]|2{GAP}0){_spaced('[0-9]', 9)}{GAP}[0-9xX](?![0-9A-Za-z])"
)
MOBILE_IN_TEXT = re.compile(rf"(?<!\d)(?:(?:\+?86|0086){GAP}|0)?(1{GAP}[3-9]{_spaced('[0-9]', 9)})(?!\d)")
AREA_PHONE_IN_TEXT = re.compile(r"(?<!\d)0\d{2,3}[-\s]{0,2}[2-9]\d{6,7}(?:-\d{1,6})?(?!\d)")
ABROAD_IN_TEXT = re.compile(rf"\+(?!86)[0-9]{_spaced('[0-9]', 5)}(?:{GAP}[0-9]){{0,9}}(?!\d)")
# Eight digits are a phone number unless they read as a date; part of a longer code they are neither.
LOCAL_PHONE_IN_TEXT = re.compile(r"(?<![0-9A-Za-z\-.])(?!20\d\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d))[2-9]\d{6,7}(?![0-9A-Za-z\-.%])")
# Bank cards, old identity cards, two numbers run together.
LONG_RUN_IN_TEXT = re.compile(r"(?<!\d)\d{15,}(?!\d)")
IN_TEXT = (ID_IN_TEXT, LONG_RUN_IN_TEXT, MOBILE_IN_TEXT, AREA_PHONE_IN_TEXT, ABROAD_IN_TEXT, LOCAL_PHONE_IN_TEXT)


def mask_in_text(text: str) -> str:
    """The text with phone, identity and card numbers starred out; its length never changes."""
    folded = "".join(_as_digit(char) for char in text)
    shown = list(text)
    for pattern in IN_TEXT:
        for match in pattern.finditer(folded):
            _star_out(shown, folded, match, head=6 if pattern is ID_IN_TEXT else 3)
        folded = pattern.sub(lambda match: "*" * len(match.group()), folded)
    return "".join(shown)


def _star_out(shown: list[str], folded: str, match: re.Match, *, head: int) -> None:
    """Star the digits of the match, all but the first few and the last four."""
    start, end = match.span(1) if match.re.groups and match.group(1) else match.span()
    places = [place for place in range(start, end) if folded[place].isalnum()]
    tail = 4 if len(places) >= 11 else 2
    for place in places[min(head, len(places) - tail - 4) : -tail]:
        shown[place] = "*"


def _as_digit(char: str) -> str:
    """One character for one character, so that a match in the folded text is the place in the original."""
    if char.isascii():
        return char
    if char in CHINESE_DIGITS:
        return CHINESE_DIGITS[char]
    if "\u3400" <= char <= "\u9fff":
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char
