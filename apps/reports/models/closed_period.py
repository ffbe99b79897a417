"""Periods of which the numbers are stored."""

from django.db import models
from django.db.models.functions import Now


class ClosedPeriod(models.Model):
    """A period that is over, whose numbers are stored and do not change any more."""

    name = models.CharField(max_length=50, help_text="What is counted, such as weekly.")
    period = models.CharField(max_length=20, help_text="Such as 2026-W47.")
    closed_at = models.DateTimeField("closed", db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], name="closed_period_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.period}"


class ClosedNumbers(models.Model):
    """The numbers of one record in a closed period. It may be gone since, so its name is kept."""

    owner = models.UUIDField()
    label = models.CharField(max_length=200)
    numbers = models.JSONField(default=dict)
    closed = models.ForeignKey(
        ClosedPeriod, on_delete=models.CASCADE, related_name="numbers", db_index=False
    )

    class Meta:
        default_permissions = ()
        verbose_name_plural = "closed numbers"
        constraints = [
            models.UniqueConstraint(fields=["closed", "owner"], name="closed_numbers_unique")
        ]

    def __str__(self) -> str:
        return f"{self.label}, {self.closed}"
