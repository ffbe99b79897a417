"""Runs of reports: downloads and commands."""

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now

from apps.reports.querysets import ReportRunQuerySet


def private_storage() -> Storage:
    """Files that no address serves; downloads go through a view that asks for a permission."""
    return storages["private"]


class ReportRun(models.Model):
    """One run of a report: its reader, its parameters, its result. Mailings have rows of their own."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    class Source(models.TextChoices):
        PAGE = "page", "Download"
        COMMAND = "command", "Command"

    report = models.CharField(max_length=100)
    params = models.JSONField("parameters", default=dict, blank=True)
    period = models.CharField(max_length=100, blank=True)
    source = models.CharField("made for", max_length=20, choices=Source)
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    row_count = models.PositiveIntegerField("rows", null=True, blank=True)
    file = models.FileField(storage=private_storage, upload_to="reports/%Y/%m/", blank=True)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField("started", db_default=Now())
    ended_at = models.DateTimeField("ended", null=True, blank=True)
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

    objects = models.Manager.from_queryset(ReportRunQuerySet)()

    class Meta:
        ordering = ["-id"]
        permissions = [("view_report", "Can view reports")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "succeeded", "failed"]),
                name="report_run_state_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["report", "-id"], name="report_run_report"),
            models.Index(fields=["state", "-id"], name="report_run_state"),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.period}" if self.period else self.report
