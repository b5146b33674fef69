"""Where a matter happened, out of what was written: the area of our tree that is named, and the address behind it."""
import re
from dataclasses import dataclass

from accounts.models import UnitKind

ENDINGS = {
    UnitKind.STREET: ("街道办事处", "街道"), UnitKind.TOWN: ("人民政府", "镇"), UnitKind.COMMUNITY: ("社区居委会", "社区"),
    UnitKind.VILLAGE: ("村委会", "村"),
}
CLOSE = (UnitKind.COMMUNITY, UnitKind.VILLAGE)
NUMBER = r"(?:[0-9A-Za-z０-９一二三四五六七八九十百]{1,6}(?:号楼|号院|号|栋|幢|座|单元|楼|层|室|组|弄|期|区|门))"
SITE = ("(?:小区|花园|花苑|家园|公寓|新村|山庄|大厦|广场|市场|学校|中学|小学|医院|公园|大道|大街|路口|胡同|"
        "路|街|巷|苑|城|庭|府|湾|园)")
ADDRESS = re.compile(rf"[\u4e00-\u9fff]{{2,10}}?{SITE}(?:[\u4e00-\u9fff]{{0,6}}{SITE})?{NUMBER}{{0,4}}"
                     "(?:门口|旁边|对面|附近|路口)?")
LEADS = ("家住|住在|位于|地址是|地址为|地址|我是|我在|来自|发生在|坐落在|就在|是在|本人|我们|在|住|到|从|往|的|把|被|有|了|"
         "市|区|县|街道|镇|社区")
BEFORE = re.compile(rf"^.*?(?:{LEADS})(?=[\u4e00-\u9fff]{{2}})")
LONGEST = 200


@dataclass(frozen=True)
class Place:
    area: object = None  # a Unit
    address: str = ""


def of(text, areas):
    """The Place that a text names. `areas`: units of the tree that may be one. The more exact wins, then the earlier one."""
    named = [(area.kind not in CLOSE, -len(name), text.index(name), area.path, area)
             for area in areas for name in names_of(area) if name in text]
    return Place(min(named, key=lambda row: row[:4])[-1] if named else None, address_in(text))


def names_of(area):
    """望江街道 is called so; 望江 alone may be a river. Of a community or village the short name will do."""
    yield area.name
    for ending in ENDINGS.get(area.kind, ()):
        short = area.name.removesuffix(ending)
        if short != area.name and len(short) >= 2 and area.kind in (UnitKind.STREET, UnitKind.TOWN):
            yield from (f"{short}{other}" for other in ENDINGS[area.kind])
        elif short != area.name and len(short) >= 2:
            yield from (f"{short}{other}" for other in (*ENDINGS[area.kind], "小区"))


def address_in(text):
    """The first stretch that reads like an address, with as many numbers behind it as there are; "" for none."""
    found = [cleaned(match.group()) for match in ADDRESS.finditer(text[:2000])]
    found = [address for address in found if len(address) >= 4]
    return max(found, key=lambda address: (bool(re.search(NUMBER, address)), -found.index(address)), default="")[:LONGEST]


def cleaned(address):
    """Without the words that lead up to it."""
    while (match := BEFORE.match(address)) and match.end() < len(address):
        shorter = address[match.end():]
        if not re.search(SITE, shorter) or len(shorter) < 3:
            break
        address = shorter
    return address
