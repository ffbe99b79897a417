"""Report subscriptions, report runs, and the e-mails of a run."""

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now

from apps.audit.history import History
from apps.core.deliveries import Delivery
from apps.core.models import BaseModel
from apps.core.personal import masked
from apps.reports.querysets import (
    ReportDeliveryQuerySet,
    ReportRunQuerySet,
    ReportSubscriptionQuerySet,
)


def private_storage() -> Storage:
    """Files that no address serves; downloads go through a view that asks for a permission."""
    return storages["private"]


class ReportSubscription(BaseModel):
    """One person's subscription to one report by e-mail."""

    report = models.CharField(max_length=100, help_text="Name of the report's definition.")
    enabled = models.BooleanField(default=True, db_default=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="report_subscriptions",
        verbose_name="person",
    )

    objects = models.Manager.from_queryset(ReportSubscriptionQuerySet)()  # type: ignore[assignment]
    history = History()

    class Meta:
        ordering = ["report", "user"]
        permissions = [("subscribe_report", "Can subscribe to a report")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "report"],
                name="report_subscription_unique",
                violation_error_message="This person is already subscribed to this report.",
            )
        ]
        indexes = [
            models.Index(fields=["report", "user"], name="report_subscription_report"),
            models.Index(fields=["created_at"], name="report_subscription_created"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.report}"


class ReportRun(models.Model):
    """One run of a report: its reader, its parameters, its result.

    `mail_key` names a mailing: the report with its period, or with the time it was due where it has none. A
    second mailing of the same finds the first. A mailing runs until nobody waits for their mail.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    class Source(models.TextChoices):
        PAGE = "page", "Download"
        MAIL = "mail", "Mailing"
        COMMAND = "command", "Command"

    report = models.CharField(max_length=100)
    params = models.JSONField("parameters", default=dict, blank=True)
    period = models.CharField(max_length=100, blank=True)
    source = models.CharField("made for", max_length=20, choices=Source)
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    mail_key = models.CharField(max_length=250, unique=True, null=True, editable=False)  # noqa: DJ001
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
        help_text="Empty if a schedule did.",
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


class ReportDelivery(Delivery):
    """One e-mail of one run to one person."""

    run = models.ForeignKey(
        ReportRun, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = models.Manager.from_queryset(ReportDeliveryQuerySet)()

    class Meta:
        ordering = ["email"]
        verbose_name_plural = "report deliveries"
        constraints = [
            models.UniqueConstraint(fields=["run", "recipient"], name="report_delivery_unique"),
            models.CheckConstraint(
                condition=models.Q(state__in=Delivery.State.values),
                name="report_delivery_state_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="report_delivery_open",
                condition=models.Q(state__in=Delivery.OPEN),
            )
        ]

    def __str__(self) -> str:
        return f"{self.run} to {masked(self.email)}"


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
