"""A new sign-in address, until its owner has confirmed it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.core.fields import FoldedEmailField
from apps.core.models import BaseModel
from apps.core.personal_patterns import masked


class EmailChange(BaseModel):
    """A change of a person's sign-in address: who requested it, why, and how it ended."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for the new address"
        CONFIRMED = "confirmed", "Confirmed"
        CANCELED = "canceled", "Canceled"
        EXPIRED = "expired", "Expired"
        VOID = "void", "Void"

    old_email = FoldedEmailField("previous address", max_length=254)
    new_email = FoldedEmailField("new address", max_length=254)
    reason = models.TextField()
    state = models.CharField(
        max_length=20, choices=State, default=State.PENDING, db_default=State.PENDING
    )
    outcome = models.TextField(blank=True, help_text="Why it ended, if that is not obvious.")
    # Whether the account had permissions when this was requested and decided.
    of_colleague = models.BooleanField(default=False)
    # Only the SHA-256 of the token is stored: a reader of the table cannot confirm anything.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField("expires")
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="email_changes"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requested_email_changes",
    )

    class Meta:
        ordering = ["-created_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state="pending"),
                name="email_change_one_at_a_time",
                violation_error_message="Another change of this address is already waiting.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["pending", "confirmed", "canceled", "expired", "void"]
                ),
                name="email_change_state_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="email_change_pending",
                condition=models.Q(state="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} to {masked(self.new_email)}"

    @property
    def is_pending(self) -> bool:
        """Whether its link still works; a task marks overdue changes only later."""
        return self.state == self.State.PENDING and self.expires_at > timezone.now()
