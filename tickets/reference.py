"""Reference data of the product: the category tree, the SLA profiles and the holidays. Idempotent."""
import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import transaction

from accounts.models import Unit, User
from tickets.models import CalendarVersion, Category, CategoryQuestions, HolidayDay, SlaProfile

DATA = Path(__file__).parent / "data"
TERRITORY = "@TERR"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)  # the first version of each profile has always been in force
DEFAULT_PROFILE = "rapid_2h_24h"


@transaction.atomic
def load():
    """Bring in what is missing; what was changed on a page stays. Returns the number of new rows."""
    return _categories() + _questions() + _profiles() + _holidays()


def _categories():
    units = {unit.code: unit for unit in Unit.objects.all()}
    known = set(Category.objects.values_list("code", flat=True))
    with (DATA / "taxonomy.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] not in known]
    Category.objects.bulk_create(
        Category(
            code=row["code"], l1_code=row["l1_code"], l1=row["l1"], l2_code=row["l2_code"], l2=row["l2"], name=row["l3"],
            lead_is_territory=row["lead_unit"] == TERRITORY,
            lead_unit=None if row["lead_unit"] == TERRITORY else units[row["lead_unit"]],
            co_unit_codes=[code for code in row["co_units"].split(",") if code],
            default_urgency=row["default_urgency"],
        ) for row in rows)
    return len(rows)


def _questions():
    known = set(CategoryQuestions.objects.values_list("code", flat=True))
    rows = json.loads((DATA / "category_questions.json").read_text(encoding="utf-8"))
    missing = [CategoryQuestions(**row) for row in rows if row["code"] not in known]
    CategoryQuestions.objects.bulk_create(missing)
    return len(missing)


def _profiles():
    profiles = json.loads((DATA / "sla_profiles.json").read_text(encoding="utf-8"))
    profiles.pop("escalation")  # the ladders are the fuller ones of SPEC 4.4, in sla.py
    made = 0
    for code, profile in profiles.items():
        title = profile.pop("title")
        _row, created = SlaProfile.objects.get_or_create(
            code=code, version=1,
            defaults={"title": title, "limits": profile, "valid_from": SINCE, "is_default": code == DEFAULT_PROFILE})
        made += created
    return made


def _holidays():
    """The first version of the table. A table that somebody keeps is left alone: later years come by import."""
    if CalendarVersion.objects.exists():
        return 0
    shipped = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("holidays_*.json"))]
    days = {day: [kind, year["names"].get(day, "")]
            for year in shipped for kind in HolidayDay.Kind.values for day in year[kind]}
    CalendarVersion.objects.create(
        number=1, at=SINCE, by=User.objects.system(), reason="reference data", days=days,
        source="; ".join(year["source"] for year in shipped)[:120], years=[year["year"] for year in shipped],
        changes={day: [None, said] for day, said in days.items()})
    HolidayDay.objects.bulk_create(HolidayDay(date=date.fromisoformat(day), kind=kind, name=name)
                                   for day, (kind, name) in days.items())
    return len(days)
