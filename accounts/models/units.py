import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    DISTRICT = "district", _("District government")
    HOTLINE = "hotline", _("Hotline centre")
    HOTLINE_TEAM = "hotline_team", _("Hotline team")
    DEPARTMENT = "department", _("Department")
    SECTION = "section", _("Section")
    TASK_FORCE = "task_force", _("Task force")
    STREET = "street", _("Street office")
    TOWN = "town", _("Town government")
    COMMUNITY = "community", _("Community")
    VILLAGE = "village", _("Village")
    UTILITY = "utility", _("Public utility")
    EMERGENCY = "emergency", _("Emergency service")
    HOSPITAL = "hospital", _("Hospital")


class OutOfHoursMode(models.TextChoices):
    DUTY = "duty", _("The unit's own duty person")
    PARENT = "parent", _("The duty person of the unit above")


class UnitQuerySet(models.QuerySet):
    def under(self, unit):
        """The unit and everything below it."""
        return self.filter(path__startswith=unit.path)

    def receivers(self):
        return self.filter(is_active=True, can_receive=True)


class Unit(models.Model):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind)
    level = models.PositiveSmallIntegerField(_("level"), default=0, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent"))
    path = models.CharField(_("path"), max_length=200, unique=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    can_receive = models.BooleanField(_("can receive tickets"), default=True)
    out_of_hours_mode = models.CharField(_("out of hours"), max_length=10, choices=OutOfHoursMode, default=OutOfHoursMode.DUTY)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(condition=Q(out_of_hours_mode__in=OutOfHoursMode.values), name="unit_mode_known"),
            models.CheckConstraint(condition=~Q(code__contains="/") & ~Q(code=""), name="unit_code_fits_path"),
        ]
        triggers = [
            # Data scope is a prefix of the path, so a path that lies about the tree would leak tickets.
            pgtrigger.Trigger(
                name="path_follows_tree",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.path <> COALESCE((SELECT path FROM accounts_unit WHERE id = NEW.parent_id), '/')
                                   || NEW.code || '/' THEN
                        RAISE EXCEPTION 'unit path % does not follow the tree', NEW.path
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        self.level = self.parent.level + 1 if self.parent else 0
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "path", "level"}
        super().save(*args, **kwargs)
