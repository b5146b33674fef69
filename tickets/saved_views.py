"""What people keep of a list: which columns they want in it, and views of it under a name."""
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import Role
from accounts.roster import paths_upwards

LONGEST_NAME = 30
LONGEST_QUERY = 800  # fifty Chinese characters in a title are 450 in an address
LIMIT = 12  # views of one person; a wall of tiles helps nobody


def column_names():
    return ArrayField(models.CharField(max_length=30), size=30)


class ListChoice(models.Model):
    """The columns of one person in one list ("desk.list") or in one saved view ("view.7")."""

    user = models.ForeignKey(User, models.CASCADE, related_name="list_choices")
    name = models.CharField(max_length=60)
    columns = column_names()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="list_choice_once")]


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those shared with a role one holds or with a unit one belongs to, or that lies above it.

        The tickets in it are another matter: every reader gets what he himself sees of the list.
        """
        paths = {path for membership in user.membership_list for path in paths_upwards(membership.unit)}
        return self.filter(Q(owner=user) | Q(shared_unit__path__in=paths) | Q(shared_role__in=user.roles))


class SavedView(models.Model):
    """A list of a desk with filters, order and columns, under a name of the owner's."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    desk = models.CharField(max_length=30)
    list = models.CharField(max_length=30)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)  # filters and order as an address has them
    columns = column_names()
    shared_unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="+")
    shared_role = models.CharField(max_length=3, choices=Role, blank=True)
    created_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once",
                                    violation_error_message=_("You have a view of this name already.")),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
            models.CheckConstraint(condition=Q(shared_unit=None) | Q(shared_role=""), name="saved_view_shared_one_way"),
            models.CheckConstraint(condition=Q(shared_role__in=["", *Role.values]), name="saved_view_role_known"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_shared(self):
        return bool(self.shared_role or self.shared_unit_id)
