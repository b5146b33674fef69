"""The unit tree of the district, from data/units.json."""

import json
from pathlib import Path

from django.db import transaction

from accounts.models import Unit, UnitKind

UNITS_FILE = Path(__file__).parent / "data" / "units.json"
# They hold the others together but answer no citizen. The hotline itself does: complaints about it (1203, 1205).
CANNOT_RECEIVE = frozenset({UnitKind.DISTRICT, UnitKind.HOTLINE_TEAM})


@transaction.atomic
def load_units() -> dict[str, Unit]:
    """Create or update every unit of the file, parents first; units that are not in it stay. Code → unit."""
    units: dict[str, Unit] = {}
    for entry in sorted(json.loads(UNITS_FILE.read_text("utf-8")), key=lambda entry: entry["level"]):
        units[entry["code"]], _created = Unit.objects.update_or_create(
            code=entry["code"],
            defaults={
                "name": entry["name"],
                "kind": entry["kind"],
                "parent": units[entry["parent"]] if entry["parent"] else None,
            },
            create_defaults={
                "name": entry["name"],
                "kind": entry["kind"],
                "parent": units[entry["parent"]] if entry["parent"] else None,
                "can_receive": entry["kind"] not in CANNOT_RECEIVE,
            },
        )
    return units
