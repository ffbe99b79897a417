"""Exports: who exported which columns of which records, and the file while it exists."""

from django.conf import settings
from django.db import models

from apps.core.jobs import Job, claimed_only_in
from apps.core.models import BaseModel
from apps.transfers.models.asked import Asked


class ExportRun(Asked, Job):
    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        WRITING = "writing", "Writing"
        READY = "ready", "Ready"
        STREAMED = "streamed", "Downloaded"
        EXPIRED = "expired", "Expired"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    WORK_STATES = (State.QUEUED, State.WRITING)

    id = models.BigAutoField(primary_key=True)
    dataset = models.CharField(max_length=50)
    format = models.CharField(max_length=10, choices=Format, default=Format.CSV)
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    fields = models.JSONField(default=list)
    personal_data = models.BooleanField(
        default=False, db_default=False, help_text="Contains e-mail addresses or phone numbers."
    )
    query = models.JSONField(
        default=dict, blank=True, help_text="The filters and the search of the list."
    )
    rows = models.PositiveIntegerField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    path = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    seconds = models.JSONField(default=dict, blank=True)
    real_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The person who acted as the user, if anyone did.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="export_runs",
    )

    class Meta:
        verbose_name = "export"
        ordering = ["-id"]
        permissions = [("export_data", "Can export data")]
        constraints = [claimed_only_in(["queued", "writing"], "exportrun")]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="exportrun_state"),
            models.Index(fields=["user", "-id"], name="exportrun_user"),
            models.Index(fields=["created_at"], name="exportrun_created"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}.{self.format}, export {self.pk}"

    @property
    def filename(self) -> str:
        return f"{self.dataset}-{self.created_at:%Y-%m-%d}-{self.pk}.{self.format}"


class ExportProfile(BaseModel):
    """A column set with a name."""

    name = models.CharField(max_length=120)
    dataset = models.CharField(max_length=50)
    format = models.CharField(max_length=10, choices=ExportRun.Format, default=ExportRun.Format.CSV)
    fields = models.JSONField(default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="export_profiles"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dataset", "name"], name="exportprofile_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
