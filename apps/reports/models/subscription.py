"""Subscriptions to a report: what is mailed when, and to which people."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import cached_property

from apps.audit.history import History
from apps.core.models import BaseModel
from apps.core.personal_patterns import masked
from apps.reports.querysets import ReportRecipientQuerySet, ReportSubscriptionQuerySet

DEFAULT_WHEN = "Mondays at 07:00"


def site_time_zone() -> str:
    return str(settings.TIME_ZONE)


class ReportSubscription(BaseModel):
    """A report that is mailed at certain times to certain people, each in their own rights."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel (XLSX)"
        PDF = "pdf", "PDF"
        NONE = "none", "No file"

    report = models.CharField(max_length=100, help_text="Name of the report's definition.")
    params = models.JSONField("parameters", default=dict, db_default={}, blank=True)
    format = models.CharField(
        "attached file", max_length=10, choices=Format, default=Format.CSV, db_default=Format.CSV
    )
    when = models.CharField(max_length=200, default=DEFAULT_WHEN, db_default=DEFAULT_WHEN)
    time_zone = models.CharField(max_length=64, default=site_time_zone, db_default="UTC")
    skips_empty = models.BooleanField(
        "only when there is something", default=False, db_default=False
    )
    skips_unchanged = models.BooleanField("only when it changed", default=False, db_default=False)
    enabled = models.BooleanField(default=True, db_default=True)
    # Each due time up to here has its mailing.
    decided_until = models.DateTimeField(db_default=Now(), editable=False)
    next_due_at = models.DateTimeField("next mail", null=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="report_subscriptions",
    )

    objects = models.Manager.from_queryset(ReportSubscriptionQuerySet)()  # type: ignore[assignment,misc]
    # Its own bookkeeping would otherwise write a row at each mailing.
    history = History(untracked_fields=["decided_until", "next_due_at"])

    class Meta:
        ordering = ["report", "pk"]
        permissions = [
            ("subscribe_report", "Can subscribe to a report"),
            ("share_report", "Can mail reports to others"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(format__in=["csv", "xlsx", "pdf", "none"]),
                name="report_subscription_format_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["report", "id"], name="report_subscription_report"),
            models.Index(fields=["created_at"], name="report_subscription_created"),
            models.Index(
                fields=["next_due_at"], name="report_subscription_due", condition=Q(enabled=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.when}"


class ReportRecipient(BaseModel):
    """One recipient of a subscription: a colleague, or an address of an allowed domain.

    A colleague gets the report in their own rights and scope, also one who was put on the list as an
    address. Any other address has none, so it gets what the subscription's owner may see.
    """

    # The problem of people that somebody else took off the list: they can be put on it again.
    TAKEN_OFF = "Taken off the list."

    email = models.EmailField(
        "e-mail",
        max_length=254,
        blank=True,
        default="",
        db_default="",
        help_text="Of a recipient without an account.",
    )
    unsubscribed_at = models.DateTimeField("unsubscribed", null=True, editable=False)
    problem = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Why the last mail left them out.",
    )
    subscription = models.ForeignKey(
        ReportSubscription, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="received_reports",
        verbose_name="person",
    )

    objects = models.Manager.from_queryset(ReportRecipientQuerySet)()  # type: ignore[assignment,misc]
    history = History(masked_fields=["email"])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) ^ Q(email=""), name="report_recipient_is_one"
            ),
            models.UniqueConstraint(
                fields=["subscription", "user"], name="report_recipient_user_unique"
            ),
            models.UniqueConstraint(
                fields=["subscription", "email"],
                name="report_recipient_email_unique",
                condition=~Q(email=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else masked(self.email)

    @property
    def address(self) -> str:
        return str(self.user.email if self.user else self.email)

    @cached_property
    def account(self) -> Any:
        """The person whose address it is, also one who got an account after it was put on the list."""
        return self.user or get_user_model().objects.filter(email=self.email).first()

    @property
    def colleague(self) -> Any:
        """The member of the staff who gets it in their own rights; None for an address outside of it."""
        return self.user or (self.account if self.account and self.account.is_staff else None)

    @property
    def reader(self) -> Any:
        """The person in whose rights and scope the report is made."""
        return self.colleague or self.subscription.owner
