"""A legal hold on one record of any guarded model."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.audit.history import History
from apps.core.models import BaseModel
from apps.holds.querysets import LegalHoldQuerySet
from apps.holds.triggers import HoldStays


class LegalHold(BaseModel):
    """Who holds which record, since when, and why; and who lifted it."""

    # The label of the model, "organizations.Organization". No foreign key: a hold outlives its record.
    subject_type = models.CharField("kind", max_length=100)
    subject_id = models.UUIDField("record")
    reason = models.TextField()
    set_at = models.DateTimeField("set", db_default=Now(), editable=False)
    lift_reason = models.TextField("reason for lifting it", blank=True, default="", db_default="")
    lifted_at = models.DateTimeField("lifted", null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="set by"
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="lifted by",
    )

    objects = models.Manager.from_queryset(LegalHoldQuerySet)()  # type: ignore[assignment]
    history = History()

    class Meta:
        verbose_name = "legal hold"
        ordering = ["-set_at", "-id"]
        default_permissions = ("view",)
        permissions = [
            ("set_legalhold", "Can put records under legal hold"),
            ("lift_legalhold", "Can lift legal holds"),
        ]
        constraints = [
            # Keys are unique over all tables. The triggers of every deletion read this index.
            models.UniqueConstraint(
                fields=["subject_id"],
                name="legalhold_once",
                condition=models.Q(lifted_at=None),
                violation_error_message="This record is already under legal hold.",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="legalhold_lifted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="legalhold_reason_is_given",
                violation_error_message="A reason is required.",
            ),
        ]
        indexes = [models.Index(fields=["set_at", "id"], name="legalhold_set")]
        triggers = [HoldStays()]

    def __str__(self) -> str:
        return f"Legal hold on {self.subject_name}"

    @property
    def subject(self) -> Any:
        """The held record, also in the trash; None if it no longer exists."""
        try:
            model: Any = apps.get_model(self.subject_type)
        except LookupError:
            return None
        rows = getattr(model, "all_objects", model._default_manager)
        return rows.filter(pk=self.subject_id).first()

    @property
    def subject_name(self) -> str:
        record = self.subject
        if record is None:
            return str(self.subject_id)
        return f"the {record._meta.verbose_name} “{record}”"

    @property
    def is_active(self) -> bool:
        return self.lifted_at is None
