"""The fields of the published reports, as categories of the tree."""
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NAMED = ("04", "07", "1003", "1004", "1005")


@dataclass(frozen=True)
class Field:
    label: Any
    codes: tuple[str, ...]  # beginnings of category codes; of the field "general": those that it leaves to others
    is_rest: bool = False

    def holds(self, code):
        return code.startswith(self.codes) != self.is_rest

    @property
    def where(self):
        """The same as a condition on tickets."""
        inside = Q()
        for code in self.codes:
            inside |= Q(category__code__startswith=code)
        return ~inside if self.is_rest else inside


FIELDS = {
    "traffic": Field(_("Traffic and travel"), ("04", "1004")),
    "medical": Field(_("Doctors and medicine"), ("07", "1003")),
    "supplies": Field(_("Errands and supplies"), ("1005",)),
    "general": Field(_("General"), NAMED, is_rest=True),
    "epidemic": Field(_("Concerning the epidemic"), ("1003", "1004", "1005")),
}
