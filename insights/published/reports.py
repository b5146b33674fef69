"""The published reports that this product holds its arithmetic against (SPEC 1.6), as a checked table.

Parts without a name were published as numbers only.
"""
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from insights.published.arithmetic import Mean, Share, Sum
from insights.published.fields import FIELDS
from tickets.choices import Type


@dataclass(frozen=True)
class Report:
    title: Any
    source: str
    figures: tuple
    note: Any = ""


def unnamed(*numbers):
    return tuple(("", n) for n in numbers)


DAYS, HOURS = _("days"), _("hours")
ACCEPTED = _("Accepted")
BY_TYPE = _("Accepted, by type")
A_DAY = _("Accepted a day")

REPORTS = (
    Report(_("Xiaogan 96120, 3 February to 3 July 2020"), "孝感日报 2020-07-03", (
        Sum(_("Shares of the fields (%)"), 100, tuple(
            (FIELDS[name].label, n) for name, n in (("traffic", 60), ("medical", 21), ("supplies", 4), ("general", 15)))),
        Sum(_("Shares of the types (%)"), 100, (
            (Type.CONSULT.label, 62), (Type.HELP.label, 31), (_("Reports and complaints"), 7))),
        Mean(_("Calls a day"), 20526, 151, DAYS)),
        _("The report says “some hundreds a day on average”, which is not what its total says; only the total counts.")),
    Report(_("Nantong 12345, Spring Festival 2022"), "南通市 12345，2022-02", (
        Sum(BY_TYPE, 6407, ((Type.CONSULT.label, 2640), (Type.HELP.label, 998), (Type.SUGGEST.label, 47),
                            (Type.REPORT.label, 721), (Type.COMPLAINT.label, 1444))),
        Share(_("Share without a type"), 557, 6407),
        Mean(A_DAY, 6407, 7, DAYS, "910")),
        _("What the five types leave of the total must stand as “other or not typed”; a mean must say of how many days.")),
    Report(_("Chengdu 12345, 15 July 2022 15:00 to 31 July 18:00"), "红星新闻 2022-08-01", (
        Share(_("Share of matters of the epidemic"), 412461, 687921, "59.9"),
        Mean(_("Mean an hour"), 687921, 387, HOURS)),
        _("Rounded to one decimal it is 60.0%, only cut off it is 59.9%: a report must say which of the two it does.")),
    Report(_("Yichun 12345, May 2023"), "jxyc12345.cn", (
        Sum(_("Accepted, by channel"), 38447, unnamed(34859, 2724, 170, 261, 318, 115)),
        Sum(BY_TYPE, 38447, unnamed(19651, 592, 649, 15042, 2513)),
        Sum(_("Accepted, by how it was handled"), 38447, ((_("Answered directly"), 20334), (_("Passed on to units"), 18113))),
        Sum(_("Passed on to units"), 18113, unnamed(15390, 2013, 710)),
        Share(_("Share of direct answers"), 20334, 38447, "52.89"))),
    Report(_("A city’s 12345, week 28 of 2024"), "公开周报（未署城市名）", (
        Sum(ACCEPTED, 71184, unnamed(37527, 33657)),
        Mean(A_DAY, 71184, 7, DAYS, "10169"))),
    Report(_("Hengdong 12345, first quarter of 2025"), "hengdong.gov.cn", (
        Sum(ACCEPTED, 11171, unnamed(4898, 6273)),
        Share(_("Share of what is settled"), 11163, 11171, "99.93"))),
    Report(_("Tangshan 12345, November 2024"), "tangshan.gov.cn", (
        Share(_("Share of the largest group"), 124599, 195532, "63.72", of=_("matters with a category"), trap=284406),),
        _("The 284,406 that the report begins with are all calls; its shares are of 195,532 matters with a category.")),
)
