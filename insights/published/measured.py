"""The published days that can be played again in a district (manage.py load_scenario), counted from its rows.

Each is a period; what is counted are the tickets and calls of that period, whoever registered them.
"""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count as Counted
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from insights.figures.asked import Period, Scope
from insights.figures.counting import count
from insights.figures.measures import MEASURES
from insights.figures.published import INDICATORS
from insights.published.arithmetic import Count, Mean, Share, Sum
from insights.published.fields import FIELDS
from tickets.calendars import LOCAL, ONE_DAY
from tickets.choices import Type

WEEK = timedelta(days=7)  # by then what was accepted in a period is due


def local(*clock):
    return datetime(*clock, tzinfo=LOCAL)


@dataclass(frozen=True)
class Played:
    name: str
    title: Any
    since: datetime
    until: datetime
    fitted: Any  # what of it is no published number
    figures: Any  # figures(this, counts): lines

    def measure(self):
        """The lines of the report, from the database."""
        return list(self.figures(self, counts(self.since, self.until)))


def counts(since, until):
    """{"all": tickets accepted in the period, "type:…": , "field:…": }; one query."""
    accepted = MEASURES["accepted"].rows(Period(since, until, now=until), Scope())
    wanted = {"all": Q()} | {f"type:{type_}": Q(type=type_) for type_ in Type.values}
    wanted |= {f"field:{name}": field.where for name, field in FIELDS.items()}
    names = list(wanted)
    found = accepted.aggregate(**{f"n{place}": Counted("pk", filter=wanted[name]) for place, name in enumerate(names)})
    return {name: found[f"n{place}"] for place, name in enumerate(names)}


def shares(found, prefix, printed, labels):
    """[Share of all] of what is printed: {key or keys: printed}."""
    for keys, said in printed.items():
        keys = (keys,) if isinstance(keys, str) else keys
        label = "、".join(str(labels[key]) for key in keys)
        yield Share(label, sum(found[f"{prefix}:{key}"] for key in keys), found["all"], said)


def types_of(found, said):
    return shares(found, "type", said, dict(Type.choices))


def fields_of(found, said):
    return shares(found, "field", said, {name: field.label for name, field in FIELDS.items()})


def rate(code, since, until, printed):
    """A figure of the district, as its page says it."""
    indicator = INDICATORS[code]
    found = count(indicator.measures, Period(since, until, now=until), Scope())
    return Share(str(indicator.title), int(indicator.numerator(found)), indicator.rate(found).denominator, printed)


def replied(since, until):
    return rate("reply_rate", since, until, "100")


def called_back(since, until):
    return rate("callback_rate", since, until, "100")


def calls(since, until):
    return count(["calls"], Period(since, until, now=until), Scope())["calls"]


def xiaogan(played, found):
    days = round((played.until - played.since) / ONE_DAY)
    yield Count(str(_("Calls")), calls(played.since, played.until), "20526")
    yield Count(str(_("Calls of the first 24 hours")), calls(played.since, played.since + ONE_DAY), "860")
    yield Mean(str(_("Calls a day")), calls(played.since, played.until), days, str(_("days")))
    yield from fields_of(found, {"traffic": "60", "medical": "21", "supplies": "4", "general": "15"})
    yield from types_of(found, {"consult": "62", "help": "31", ("report", "complaint"): "7"})
    yield replied(played.since, played.until + WEEK)
    yield called_back(played.since, played.until + WEEK)


def nantong(played, found):
    typed = [(str(Type(name).label), found[f"type:{name}"]) for name in ("consult", "help", "suggest", "report", "complaint")]
    yield Count(str(_("Accepted")), found["all"], "6407")
    yield Sum(str(_("Accepted, by the five types")), found["all"], tuple(typed))
    yield Count(str(_("Other, or without a type")), found["type:other"] + found["all"] - sum(
        found[f"type:{name}"] for name in Type.values))
    yield from types_of(found, {"consult": "41.20", "help": "15.58", "suggest": "0.73", "report": "11.25",
                                "complaint": "22.54", "other": "8.69"})
    yield Mean(str(_("Accepted a day")), found["all"], round((played.until - played.since) / ONE_DAY), str(_("days")), "910")
    yield called_back(played.since, played.until + WEEK)


def chengdu(played, found):
    yield Count(str(_("Accepted in this hour")), found["all"])
    yield from fields_of(found, {"epidemic": "59.96"})
    yield from fields_of(found, {"epidemic": "59.9"})
    yield Share(str(_("The same in all 387 hours, as published")), 412_461, 687_921, "59.9")
    yield called_back(played.since, played.until + WEEK)


PLAYED = {played.name: played for played in (
    Played("xiaogan", _("Xiaogan 96120, from 3 February to 2 July 2020"), local(2020, 2, 3, 10, 30), local(2020, 7, 3),
           _("The joint table of field and type, and how the calls spread over the days after the first, are fitted."),
           xiaogan),
    Played("nantong", _("Nantong 12345, Spring Festival 2022"), local(2022, 1, 31), local(2022, 2, 7),
           _("The days, taken as the seven of the holiday, and the fields within each type are fitted."), nantong),
    Played("chengdu_hour", _("Chengdu 12345, 29 July 2022, 8 to 9 o'clock"), local(2022, 7, 29, 8), local(2022, 7, 29, 9),
           _("The hour is an average one of the 387 that were published, rounded to whole matters; its types are fitted."),
           chengdu),
)}
