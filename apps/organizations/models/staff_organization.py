"""The organizations in a limited staff user's scope."""

from django.conf import settings
from django.db import models

from apps.audit.history import History
from apps.core.models import AliveManager, BaseModel
from apps.core.querysets import ScopedQuerySet
from apps.organizations.models.organization import Organization


class StaffOrganization(BaseModel):
    """One organization in a limited staff user's scope."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="scope",
        db_index=False,
        verbose_name="person",
    )
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="seen_by")

    # A scope includes the trash; code about organizations in the trash uses `all_objects`.
    objects = AliveManager()
    all_objects = models.Manager.from_queryset(ScopedQuerySet)()
    history = History()

    class Meta:
        default_permissions = ()
        verbose_name = "access limit"
        verbose_name_plural = "access limits"
        ordering = ["user", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="stafforganization_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} sees {self.organization}"
