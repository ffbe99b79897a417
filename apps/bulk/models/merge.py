"""A merge of two records, and each row that it changed."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from apps.core.actors import in_the_name_of
from apps.core.jobs import Job, claimed_only_in


class Merge(Job):
    """The record `kept` took over what belonged to `dropped`, which is in the trash or deactivated since.

    A merge of few rows is done within the request, a larger one by a worker; both in one transaction.
    """

    class State(models.TextChoices):
        MERGING = "merging", "Merging"
        MERGED = "merged", "Merged"
        FAILED = "failed", "Failed"
        UNDOING = "undoing", "Undoing"
        UNDONE = "undone", "Undone"
        UNDONE_IN_PART = "undone_in_part", "Partly undone"

    WORK_STATES = (State.MERGING, State.UNDOING)

    id = models.BigAutoField(primary_key=True)
    model = models.CharField(max_length=100)
    kept = models.UUIDField()
    dropped = models.UUIDField()
    state = models.CharField(max_length=20, choices=State, default=State.MERGING)
    taken = models.JSONField(
        default=list, blank=True, help_text="The fields whose values the dropped record gave."
    )
    plan = models.CharField(max_length=64, help_text="A digest of what the preview showed.")
    reason = models.TextField(blank=True)
    results = models.JSONField(default=dict, blank=True)
    undo_reason = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="merges"
    )
    real_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The person who acted as the user, if anyone did.",
    )
    undo_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    undo_real_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "merging",
                        "merged",
                        "failed",
                        "undoing",
                        "undone",
                        "undone_in_part",
                    ]
                ),
                name="merge_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kept=models.F("dropped")), name="merge_of_two"
            ),
            claimed_only_in(["merging", "undoing"], "merge"),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="merge_state"),
            models.Index(fields=["kept"], name="merge_kept"),
            models.Index(fields=["dropped"], name="merge_dropped"),
            models.Index(fields=["user", "-id"], name="merge_user"),
        ]

    def __str__(self) -> str:
        return f"Merge {self.pk}"

    @property
    def asked_by(self) -> str:
        """Both names where somebody acted as the user, as the audit log has them."""
        return in_the_name_of(self.user, self.real_user)

    @property
    def is_working(self) -> bool:
        return self.state in self.WORK_STATES

    @property
    def records(self) -> tuple[Any, Any]:
        """Return the record that was kept and the one that was dropped."""
        model: Any = apps.get_model(self.model)
        found = model._base_manager.in_bulk([self.kept, self.dropped])
        return found.get(self.kept), found.get(self.dropped)


class MergedRow(models.Model):
    """One row that a merge changed or deleted: what its columns held before, and how the merge left it."""

    id = models.BigAutoField(primary_key=True)
    model = models.CharField(max_length=100)
    key = models.TextField()
    # The overwritten columns; all columns of a deleted row.
    before = models.JSONField()
    # A digest of the row as the merge left it; None for a deleted one.
    version = models.BigIntegerField(null=True)
    is_undone = models.BooleanField(null=True)
    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows", db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["merge", "model", "key"], name="mergedrow_once_in_a_merge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key} of {self.merge_id}"
