"""Knowledge points for the telephone menu: what is published, valid today, for the public, and has a text to be read out.

One point, as the API and the command give it:
    {"number": "K00012", "version": 3, "key": "21", "title": "…", "text": "… (at most 200 characters)", "area": "WJJD" or null,
     "owner": "SW", "source": "…", "valid_from": "2026-01-01", "valid_to": "2026-12-31" or null}
in {"generated_at": an instant, "points": [those with a key by key, then the others by number]}.
"""
from django.utils import timezone

from knowledge.models import Audience, Version


def document(now):
    return {"generated_at": now.isoformat(), "points": points(timezone.localdate(now))}


def points(day):
    rows = Version.objects.in_force(day).filter(audience=Audience.PUBLIC).exclude(ivr_text="").shown()
    return [point(row) for row in sorted(rows, key=lambda row: (not row.ivr_key, row.ivr_key, row.article.serial))]


def point(row):
    return {
        "number": row.article.number, "version": row.version, "key": row.ivr_key, "title": row.title, "text": row.ivr_text,
        "area": row.area.code if row.area else None, "owner": row.owner.code, "source": row.source,
        "valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }
