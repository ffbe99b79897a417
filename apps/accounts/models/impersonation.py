"""The record of an impersonation."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Impersonation(models.Model):
    """One period of impersonation: who, as which person, why, until when, and how it ended."""

    class Ending(models.TextChoices):
        STOPPED = "stopped", "Stopped"
        EXPIRED = "expired", "Time limit reached"
        SIGNED_OUT = "signed_out", "Signed out"
        REPLACED = "replaced", "Another one was started"
        REFUSED = "refused", "No longer allowed"
        SWITCHED_OFF = "switched_off", "Switched off for everyone"

    reason = models.TextField()
    may_write = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, choices=Ending, blank=True)
    impersonator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="impersonations_done"
    )
    target = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="impersonations_suffered"
    )

    class Meta:
        ordering = ["-started_at"]
        default_permissions = ()
        constraints = [
            # One at a time, whatever the number of sessions.
            models.UniqueConstraint(
                fields=["impersonator"],
                condition=models.Q(ended_at__isnull=True),
                name="impersonation_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                name="impersonation_open",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.impersonator} as {self.target}"

    @property
    def minutes_left(self) -> int:
        """Return the remaining minutes, rounded up."""
        seconds = (self.ends_at - timezone.now()).total_seconds()
        return max(0, -int(-seconds // 60))
