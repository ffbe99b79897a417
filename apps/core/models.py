"""Base models, without any domain noun."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.core.deliveries import Delivery
from apps.core.errors import DomainError
from apps.core.querysets import (
    AliveManager,
    QueuedMailQuerySet,
    ScopedManager,
    SoftDeletableQuerySet,
    is_moved_to_trash,
)
from apps.core.read_only import stays_writable
from apps.core.uuid7 import UUID7, uuid7


class BaseModel(models.Model):
    """A record with a time-ordered UUID key, even if SQL inserts it."""

    id = models.UUIDField("ID", primary_key=True, default=uuid7, db_default=UUID7(), editable=False)
    created_at = models.DateTimeField("created", db_default=Now(), editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True


class SoftDeletableModel(BaseModel):
    """A record that is moved to the trash before it is deleted for good.

    `objects` hides the trash; `all_objects` includes it. Records that were moved to the trash
    together have the same `trash_id`, and are restored together.
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

    has_trash = True

    objects = AliveManager.from_queryset(SoftDeletableQuerySet)()
    all_objects = models.Manager.from_queryset(SoftDeletableQuerySet)()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "restore", "purge")
        # Related look-ups (a project's organization) must also find records in the trash.
        base_manager_name = "all_objects"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse, because the record must be moved to the trash first. `hard_delete` deletes it."""
        raise DomainError(is_moved_to_trash(type(self)))

    delete.alters_data = True  # type: ignore[attr-defined]

    def hard_delete(self) -> tuple[int, dict[str, int]]:
        """Delete the record and everything that cascades from it for good, without the trash."""
        return super().delete()

    hard_delete.alters_data = True  # type: ignore[attr-defined]


class QueuedMail(Delivery):
    """One e-mail that a change causes (`apps.core.queued_mails`), kept for a while after it was sent.

    `arguments` are what it is built from. They are emptied once it is sent and its record was told.
    """

    kind = models.CharField(max_length=50)
    key = models.CharField(max_length=250)
    arguments = models.JSONField(default=dict, blank=True)
    # Found when the mail is made.
    email = models.EmailField("e-mail", max_length=254, blank=True)

    objects = models.Manager.from_queryset(QueuedMailQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = "e-mail"
        permissions = [("decide_queuedmail", "Can send e-mails again, or leave them")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=Delivery.State.values),
                name="queued_mail_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=~models.Q(state=Delivery.State.SENT),
                name="queued_mail_one_unsent_per_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="queued_mail_open",
                condition=models.Q(state__in=Delivery.OPEN),
            ),
            models.Index(fields=["state", "-id"], name="queued_mail_state"),
            models.Index(fields=["queued_at"], name="queued_mail_queued"),
        ]

    def __str__(self) -> str:
        return f"{self.kind[:1].upper()}{self.kind[1:]}"


stays_writable(
    QueuedMail,
    because="Sign-in and alarms send e-mails, and what a mail server accepted must be recorded.",
)
