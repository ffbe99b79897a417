"""Who was shown personal data, on which page, and of how many people."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.accounts.querysets import DisclosureQuerySet


class Disclosure(models.Model):
    """One page, file, or response that contained unmasked addresses or numbers.

    It has a table of its own beside the audit log, with a retention time. Every list that a
    permitted person opens adds one, which would drown the audit log.
    """

    at = models.DateTimeField("when", db_default=Now())
    page = models.CharField(max_length=200)
    path = models.CharField("address", max_length=500)
    people = models.PositiveIntegerField(help_text="People, or rows of a file, that were shown.")
    request_id = models.CharField("request", max_length=64, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="who",
    )
    real_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="really",
    )

    objects = models.Manager.from_queryset(DisclosureQuerySet)()

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        verbose_name = "personal data access log entry"
        verbose_name_plural = "personal data access log entries"
        indexes = [
            models.Index(fields=["user", "-id"], name="disclosure_user"),
            models.Index(fields=["at"], name="disclosure_at"),
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.people}"
