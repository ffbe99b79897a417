"""Runs of reports: downloads and commands."""

from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone

from apps.core.jobs import Job, claimed_only_in
from apps.reports.querysets import ReportRunQuerySet


def private_storage() -> Storage:
    """Files that no address serves; downloads go through a view that asks for a permission."""
    return storages["private"]


def run_path(run: Any, name: str) -> str:
    """Return the path of a run's file: the same for each attempt, so that a lost one leaves nothing."""
    return f"reports/{run.pk}/{name}"


class ReportRun(Job):
    """A file of a report: its reader, its parameters, its result. Mailings have rows of their own.

    A small one is made in the request that asks for it, a large one by a worker.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        EXPIRED = "expired", "Expired"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"

    class Source(models.TextChoices):
        PAGE = "page", "Download"
        COMMAND = "command", "Command"

    WORK_STATES = (State.QUEUED, State.RUNNING)

    report = models.CharField(max_length=100)
    params = models.JSONField("parameters", default=dict, blank=True)
    format = models.CharField(max_length=10, blank=True)
    period = models.CharField(max_length=100, blank=True)
    source = models.CharField("made for", max_length=20, choices=Source)
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    row_count = models.PositiveIntegerField("rows", null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    file = models.FileField(storage=private_storage, upload_to=run_path, blank=True)
    # What the reader could see when the file was made; see `ReportDefinition.scope_key`.
    scope_key = models.CharField(max_length=200, blank=True, editable=False)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    task_run_id = models.BigIntegerField("task run", null=True, blank=True)
    real_started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who acted as the person who started it, where somebody did.",
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="made by",
        help_text="Empty if a command did.",
    )

    objects = models.Manager.from_queryset(ReportRunQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["-id"]
        permissions = [("view_report", "Can view reports")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["queued", "running", "succeeded", "expired", "canceled", "failed"]
                ),
                name="report_run_state_is_known",
            ),
            claimed_only_in(["queued", "running"], "report_run"),
        ]
        indexes = [
            models.Index(fields=["report", "-id"], name="report_run_report"),
            models.Index(fields=["state", "-id"], name="report_run_state"),
            models.Index(fields=["created_at"], name="report_run_created"),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.period}" if self.period else self.report

    @property
    def file_name(self) -> str:
        return str(self.file.name or "").rpartition("/")[2]

    @property
    def has_file(self) -> bool:
        """Whether the file can still be downloaded."""
        lasts = self.expires_at is None or self.expires_at > timezone.now()
        return self.state == self.State.SUCCEEDED and bool(self.file) and lasts
