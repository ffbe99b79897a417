"""Mailings of a report: one per subscription and due time, with what was sent to each person."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.deliveries import Delivery
from apps.core.jobs import Job, claimed_only_in
from apps.core.personal_patterns import masked
from apps.reports.models.run import private_storage
from apps.reports.models.subscription import ReportRecipient, ReportSubscription
from apps.reports.querysets import ReportDeliveryQuerySet, ReportMailingQuerySet


class ReportMailing(Job):
    """One due time of a subscription, and how far its mails are.

    A worker makes the report once per distinct scope and writes all deliveries (*preparing*); then
    they are sent, each on its own (*sending*).
    """

    class State(models.TextChoices):
        PREPARING = "preparing", "Preparing"
        SENDING = "sending", "Sending"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        MISSED = "missed", "Missed"
        FAILED = "failed", "Failed"

    WORK_STATES = (State.PREPARING,)
    OPEN = (State.PREPARING, State.SENDING)

    state = models.CharField(max_length=20, choices=State, default=State.PREPARING)
    params = models.JSONField("parameters", default=dict, blank=True)
    period = models.CharField(max_length=100, blank=True)
    # Why nothing was sent, or less than was asked for.
    reason = models.TextField(blank=True)
    due_at = models.DateTimeField("due")
    task_run_id = models.BigIntegerField("task run", null=True, blank=True)
    subscription = models.ForeignKey(
        ReportSubscription, on_delete=models.PROTECT, related_name="mailings", db_index=False
    )
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
        help_text="Empty if the timetable did.",
    )

    objects = models.Manager.from_queryset(ReportMailingQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "due_at"], name="report_mailing_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["preparing", "sending", "done", "skipped", "missed", "failed"]
                ),
                name="report_mailing_state_is_known",
            ),
            claimed_only_in(["preparing"], "report_mailing"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="report_mailing_due"),
            models.Index(
                fields=["state"],
                name="report_mailing_open",
                condition=Q(state__in=["preparing", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription.report}, {self.period or self.due_at.date().isoformat()}"


class ReportEdition(models.Model):
    """What a mailing said to everyone of the same scope, as it was sent.

    `html` and `text` hold a mark in the place of each person's own links; see `apps.reports.mail`.
    """

    scope_key = models.CharField(max_length=200)
    subject = models.CharField(max_length=250)
    html = models.TextField()
    text = models.TextField()
    chart = models.BinaryField(null=True)
    file = models.FileField(storage=private_storage, upload_to="report-mails/%Y/%m/", blank=True)
    is_attached = models.BooleanField(default=True)
    # What the next mailing is compared with: pairs of label and value, and a digest of the rows.
    totals = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64, db_index=False)
    row_count = models.PositiveIntegerField("rows", default=0)
    mailing = models.ForeignKey(
        ReportMailing, on_delete=models.CASCADE, related_name="editions", db_index=False
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "scope_key"], name="report_edition_unique")
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_erased(self) -> bool:
        """Whether its content or its attached file was deleted with a person's data."""
        return not self.html or (self.is_attached and not self.file)


class ReportDelivery(Delivery):
    """One e-mail of one mailing to one recipient."""

    mailing = models.ForeignKey(
        ReportMailing, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    edition = models.ForeignKey(ReportEdition, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(
        ReportRecipient, on_delete=models.PROTECT, related_name="deliveries"
    )

    objects = models.Manager.from_queryset(ReportDeliveryQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = "report mail"
        permissions = [("decide_delivery", "Can send report mails again, or leave them")]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "recipient"], name="report_delivery_unique"),
            models.CheckConstraint(
                condition=Q(state__in=Delivery.State.values), name="report_delivery_state_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="report_delivery_open",
                condition=Q(state__in=Delivery.OPEN),
            ),
            models.Index(fields=["state", "-id"], name="report_delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} to {masked(self.email)}"
