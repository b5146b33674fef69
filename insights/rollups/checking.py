"""Whether what was kept is what would be counted now."""
from insights.models import Axis, HourlyFigures, HourMark
from insights.rollups.hours import touched
from insights.rollups.keeping import STEP, bounds, counted
from insights.rollups.rows import EACH, ROLLED


def differences():
    """A line for each row that differs, of the hours that are not marked."""
    first, last = bounds()
    marked = touched(list(HourMark.objects.all()))
    wrong = [str(row.hour) for row in HourlyFigures.objects.all() if first is None or not first <= row.hour < last]
    start = first
    while start and start < last:
        end = min(start + STEP, last)
        wrong += sorted(line for line in compared(counted([(start, end)]), kept(start, end), marked))
        start = end
    return wrong


def kept(start, end):
    rows = HourlyFigures.objects.filter(axis__in=Axis.values, hour__gte=start, hour__lt=end)
    codes = *ROLLED, *EACH
    return {(hour, Axis(axis), key): {code: bytes(many) if code in EACH else many
                                      for code, many in zip(codes, numbers, strict=True) if many}
            for hour, axis, key, *numbers in rows.values_list("hour", "axis", "key", *codes)}


def compared(now, before, marked):
    for place in now.keys() | before.keys():
        hour, axis, key = place
        if now.get(place, {}) != before.get(place, {}) and hour not in marked:
            yield f"{hour:%Y-%m-%d %H:%M}Z {axis.name} {key}: kept {before.get(place, {})}, counted {now.get(place, {})}"
