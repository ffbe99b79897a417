"""Base models. They know no word of the domain."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.core.querysets import AliveManager, ScopedManager, SoftDeletableQuerySet
from apps.core.uuid7 import UUID7, uuid7


class BaseModel(models.Model):
    """A record with a time-ordered UUID key, whoever inserts it."""

    id = models.UUIDField("ID", primary_key=True, default=uuid7, db_default=UUID7(), editable=False)
    created_at = models.DateTimeField("created", db_default=Now(), editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True


class SoftDeletableModel(BaseModel):
    """A record that goes to the trash before it goes for good.

    `objects` sees the living, `all_objects` everything. What went to the trash in one act carries
    one `trash_id`, so that it also comes back in one.
    """

    deleted_at = models.DateTimeField("deleted", null=True, blank=True, editable=False)
    trash_id = models.UUIDField(null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="deleted by",
    )

    objects = AliveManager()
    all_objects = models.Manager.from_queryset(SoftDeletableQuerySet)()

    class Meta:
        abstract = True
        # Related look-ups (an organization of a project) must find the dead as well.
        base_manager_name = "all_objects"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None
