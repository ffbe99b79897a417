"""What flags, switches, and samples share: those that the code declares cannot be deleted."""

from typing import Any

import pgtrigger
from django.core.management.base import CommandError
from django.db import models

from apps.core.errors import DomainError
from apps.flags.change_triggers import KeepDeclared


class DeclaredError(DomainError, CommandError):
    """Raised for an attempt to delete what the code declares. Commands print its sentence."""


def _refuse_declared(records: models.QuerySet) -> None:
    declared = records.filter(is_declared=True).first()
    if declared is not None:
        raise DeclaredError(
            f"The {declared._meta.verbose_name} “{declared.name}” is declared in the code "
            "and can't be deleted. Turn it off instead."
        )
    _refuse_needed(records)


def _refuse_needed(records: models.QuerySet) -> None:
    """Refuse to delete a flag that others need: they would go on without their condition."""
    if not hasattr(records.model, "prerequisites"):
        return
    needed = records.filter(dependents__isnull=False).values_list("name", "dependents__name")
    if found := needed.order_by("name", "dependents__name").first():
        raise DeclaredError(
            f"The flag “{found[0]}” can't be deleted: “{found[1]}” needs it. "
            "Take it from that flag's prerequisites first."
        )


class DeclaredQuerySet(models.QuerySet):
    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_declared(self.order_by("name"))
        return super().delete()


class Declarable(models.Model):
    """What a flag, a switch, and a sample share: whether the code declares it, and whether it is protected.

    A declared one cannot be deleted, because its gate would then answer with the default, whatever staff
    had set. A trigger enforces that, and `delete` explains it. Changing a protected one needs sudo mode,
    and a second person if `FOUR_EYES` says so.
    """

    is_declared = models.BooleanField(
        "declared",
        default=False,
        db_default=False,
        editable=False,
        help_text="Declared in the code. Set automatically.",
    )

    is_protected = models.BooleanField(
        "protected",
        default=False,
        db_default=False,
        help_text=(
            "Changing it needs re-authentication and, if the settings say so, a second person."
        ),
    )

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_declared(type(self)._base_manager.filter(pk=self.pk))
        return super().delete(*args, **kwargs)


STAYS = [
    KeepDeclared(),
    pgtrigger.Protect(
        name="declared_stays",
        operation=pgtrigger.Delete,
        condition=pgtrigger.Q(old__is_declared=True),
    ),
    pgtrigger.Protect(
        name="declared_keeps_its_name",
        operation=pgtrigger.UpdateOf("name"),
        condition=pgtrigger.Q(old__is_declared=True)
        & ~pgtrigger.Q(new__name=pgtrigger.F("old__name")),
    ),
]
