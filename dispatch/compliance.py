"""What a reply had better not say, and what it leaves out, found by reading it before it is sent (SPEC 7.4, E21).

Each finding quotes the words that it is about and says what to do. One kind has to be mended; the others are hints:
whoever keeps the text says so, and the reviewer of the reply sees what he kept.
"""
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import md5

from django.db import models
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from accounts.masking import ID_IN_TEXT, MOBILE_IN_TEXT


class Rule(models.TextChoices):
    IDENTITY = "identity", _("It names a person")
    NUMBER = "number", _("A private number")
    PROMISE = "promise", _("A promise for a time to come")
    ABSOLUTE = "absolute", _("Words that are too strong")
    SHIRKING = "shirking", _("It sends the citizen away")
    OFF_TOPIC = "off_topic", _("It does not speak of what was asked")
    HAZARD = "hazard", _("Nothing about safety")
    REUSED = "reused", _("The same text again")


ADVICE = {
    Rule.IDENTITY: _("Leave out the citizen's full name, phone and identity numbers: surname and form of address are enough."),
    Rule.NUMBER: _("Give a number of the office, not of a person."),
    Rule.PROMISE: _("Say what was done; for what is still to be done enter the day under “Follow up on”."),
    Rule.ABSOLUTE: _("Say it more plainly: such words are held against the unit when anything is left."),
    Rule.SHIRKING: _("Say on which basis it is not your duty, under “Basis”, and what you did for the citizen all the same."),
    Rule.OFF_TOPIC: _("Answer what the citizen asks for, in the citizen's own words."),
    Rule.HAZARD: _("The matter is dangerous: say how people are kept safe until it is mended."),
    Rule.REUSED: _("Say what is so in this case: who was there, when, and what was found."),
}
MUST_BE_MENDED = (Rule.IDENTITY,)

SOON = r"(?:\d+|[一二两三四五六七八九十半]+)\s*个?(?:工作日|小时|天|日|周|星期|礼拜|月)(?:之内|以内|内)"
DONE = r"(?:解决|完成|办结|修复|修好|处理|整改|答复|到位|不再|杜绝)"
PROMISE = re.compile(rf"(?:保证|承诺|一定会|必定|必将)[^,，。;；!！?？]{{0,12}}{DONE}|{SOON}[^,，。;；!！?？]{{0,8}}{DONE}")
PAST = re.compile(r"(?:已|曾)[^,，。;；]{0,12}$")
ABSOLUTE = re.compile(r"绝对|绝不会?|百分之百|100\s*[%％]|彻底(?:解决|根治|杜绝)|永远|永久|万无一失|肯定不会|再也不会")
SHIRKING = re.compile(
    r"不归(?:我|本)[^,，。;；]{0,6}管|与(?:我|本)[^,，。;；]{0,6}无关"
    r"|不(?:属于|是|在)(?:我|本)[^,，。;；]{0,8}(?:职责|职能|管辖|权限|管理|范围|管的)"
    r"|(?:我|本)(?:单位|局|街道|镇|办|中心|公司|司)?(?:无权|没有权限|管不了|无法处理|不负责)"
    r"|(?:请|建议)(?:您|你|诉求人|市民|群众)?(?:自行|另行)?(?:向|找|联系|咨询|拨打)[^,，。;；]{2,16}"
    r"(?:反映|咨询|投诉|解决|处理|了解|告知)")
SAFETY = re.compile(
    r"安全|警示|警戒|围挡|围栏|防护|疏散|断电|切断|停用|停机|封闭|封控|隔离|撤离|值守|看护|就医|送医|救治|急救|消毒|专人|转移|安置")
DANGER = re.compile(
    r"漏电|触电|火花|冒火|冒烟|着火|起火|失火|爆炸|燃气(?:泄漏|味)|煤气(?:泄漏|味)|坍塌|倒塌|垮塌|塌陷|滑坡|落石|掉石头|坠落|脱落|高空坠物"
    r"|井盖(?:丢失|缺失|不见)|裸露|电梯困人|被困|溺水|中毒|电线(?:垂|掉|断)|电杆.{0,6}(?:歪|斜|倒)")
HAN = re.compile(r"[\u3400-\u9fff]+")
COMMON = frozenset(  # characters that stand in any letter
    "的了是在我有和就不人都一上也到说要去你会着没看好自己这那他她它们为与及其以于对将已被把等从向并或者但而所可能之个年月日时来下中大小多少过后前里外"
    "请您复回现根据进行情况问题反映处理解决希望尽快相关部门单位工作员市民群众电诉求目经网友留言感谢支持领导")
SHORT_MATTER = 6  # words; about fewer nothing can be said
SAME_CHARACTERS = 3  # fewer in common, and no two in a row: another matter
REUSED_OFTEN, REUSED_LATELY = 3, timedelta(days=90)


@dataclass(frozen=True)
class Finding:
    rule: Rule
    words: str = ""  # quoted from the text

    @classmethod
    def kept(cls, rows):
        """From a reply's row."""
        return [cls(Rule(rule), words) for rule, words in rows]

    @property
    def must_be_mended(self):
        return self.rule in MUST_BE_MENDED

    @property
    def name(self):
        return f"{self.rule.label}: {self.words}" if self.words else str(self.rule.label)

    @property
    def sentence(self):
        return f"{self.name} – {ADVICE[self.rule]}"


def read(text, *, ticket, basis="", follow_up_on=None, public="") -> list[Finding]:
    """What is to be said of a reply's words; asks the database nothing."""
    found = [*identities(f"{text}\n{public}", ticket)]
    found += [Finding(Rule.NUMBER, match.group()) for match in MOBILE_IN_TEXT.finditer(f"{text}\n{public}")
              if not any(match.group() in finding.words for finding in found)]
    found += [] if follow_up_on else [Finding(Rule.PROMISE, words) for words in promises(text)]
    found += [Finding(Rule.ABSOLUTE, match.group()) for match in ABSOLUTE.finditer(text)]
    found += [] if basis else [Finding(Rule.SHIRKING, match.group()) for match in SHIRKING.finditer(text)]
    if is_off_topic(text, ticket):
        found.append(Finding(Rule.OFF_TOPIC))
    if DANGER.search(f"{ticket.title} {ticket.content}") and not SAFETY.search(text):
        found.append(Finding(Rule.HAZARD))
    return list(dict.fromkeys(found))


def read_alone(text) -> list[Finding]:
    """What is to be said of a text that belongs to no ticket yet: a preset of a unit."""
    found = [Finding(Rule.IDENTITY, match.group()) for match in ID_IN_TEXT.finditer(text)]
    found += [Finding(Rule.NUMBER, match.group()) for match in MOBILE_IN_TEXT.finditer(text)
              if not any(match.group() in finding.words for finding in found)]
    found += [Finding(Rule.PROMISE, words) for words in promises(text)]
    found += [Finding(Rule.ABSOLUTE, match.group()) for match in ABSOLUTE.finditer(text)]
    found += [Finding(Rule.SHIRKING, match.group()) for match in SHIRKING.finditer(text)]
    return list(dict.fromkeys(found))


def identities(text, ticket) -> Iterable[Finding]:
    """Of a confidential reporter nothing is compared: the answer would tell who it is."""
    yield from (Finding(Rule.IDENTITY, match.group()) for match in ID_IN_TEXT.finditer(text))
    if not ticket.is_confidential:
        caller = ticket.caller
        known = (caller.name if len(caller.name) > 2 or caller.name in text.split() else "", caller.beneficiary, caller.phone)
        yield from (Finding(Rule.IDENTITY, words) for words in dict.fromkeys(known) if len(words) > 1 and words in text)


def promises(text):
    for match in PROMISE.finditer(text):
        if not PAST.search(text[:match.start()]):
            yield match.group()


def characters_of(text):
    return set("".join(HAN.findall(text))) - COMMON


def words_of(text):
    """Every two neighbouring characters that are not common ones."""
    pairs = {run[place:place + 2] for run in HAN.findall(text) for place in range(len(run) - 1)}
    return {pair for pair in pairs if not COMMON.intersection(pair)}


def is_off_topic(text, ticket):
    """Hardly a character of what the citizen said, or of what the matter is called, comes back. Of 120 real replies this
    finds 10 (a bare date, "see our earlier answer"), and 48 when each is given to another citizen."""
    matter = f"{ticket.title}。{ticket.demand}。{ticket.content}。{ticket.unit_summary}"
    named = f"。{ticket.category.name}。{ticket.category.l2}" if ticket.category else ""
    if len(words_of(matter)) < SHORT_MATTER or words_of(matter + named) & words_of(text):
        return False
    return len(characters_of(matter + named) & characters_of(text)) < SAME_CHARACTERS


def reused(text, earlier, *, now) -> list[Finding]:
    """`earlier`: the replies of the same unit. Two texts are the same to the letter."""
    digest = md5(text.encode(), usedforsecurity=False).hexdigest()
    same = earlier.alias(digest=MD5("text")).filter(digest=digest, at__gte=now - REUSED_LATELY)[:REUSED_OFTEN]
    return [Finding(Rule.REUSED)] if len(same.values_list("pk")) >= REUSED_OFTEN else []
