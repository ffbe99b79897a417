"""What flags, switches and samples share: the code asks for some of them, and those stay."""

from typing import Any

import pgtrigger
from django.core.management.base import CommandError
from django.db import models

from apps.core.errors import DomainError


class DeclaredError(DomainError, CommandError):
    """Something that the code declares was to be deleted. A sentence in commands as well."""


def _refuse_declared(records: models.QuerySet) -> None:
    declared = records.filter(is_declared=True).first()
    if declared is not None:
        raise DeclaredError(
            f"The {declared._meta.verbose_name} “{declared.name}” is declared in the code "
            "and can't be deleted. Turn it off instead."
        )


class DeclaredQuerySet(models.QuerySet):
    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_declared(self.order_by("name"))
        return super().delete()


class Declarable(models.Model):
    """A flag, switch or sample: who may turn it, and whether the code asks for it.

    What the code asks for is not deleted: people who turned it off would see it answer something else again. The
    database holds that (a trigger); the sentence comes from `delete`. `is_protected` marks what great damage
    hangs on: it is turned with a fresh factor, and by two people where a setting says so.
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
