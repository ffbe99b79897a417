"""An uploaded file: private, bound to its owner, named by ID, deleted after a while."""

from typing import Any, Self

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from apps.core.actors import PermissionHolder
from apps.core.models import BaseModel
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import sees_everything


def private_storage() -> Any:
    return storages["private"]


class UploadQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        return self if sees_everything(user) else self.filter(user=user.pk)


class Upload(BaseModel):
    """The row outlives the file: who uploaded what, and its SHA-256, are kept."""

    name = models.CharField(max_length=200, help_text="The name on the user's computer, made safe.")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=300)
    expires_at = models.DateTimeField("expires", db_index=True)
    deleted_at = models.DateTimeField("file deleted", null=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads",
    )

    objects = models.Manager.from_queryset(UploadQuerySet)()  # type: ignore[misc, assignment]

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_gone(self) -> bool:
        return self.deleted_at is not None or self.expires_at < timezone.now()
