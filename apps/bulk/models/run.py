"""A bulk action: a job that plans a change, applies it after a confirmation, and can undo it."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from apps.core.actors import in_the_name_of
from apps.core.jobs import Job, JobQuerySet, claimed_only_in


class BulkRunQuerySet(JobQuerySet):
    def planned(self) -> Self:
        """Return the runs that wait for a confirmation."""
        return self.filter(state=BulkRun.State.PLANNED)


class BulkRun(Job):
    """The query of a list is stored, and not the keys of its records: planning writes a `BulkItem` for
    each record that the query finds.
    """

    class State(models.TextChoices):
        PLANNING = "planning", "Planning"
        PLANNED = "planned", "Waiting for confirmation"
        APPLYING = "applying", "Applying"
        APPLIED = "applied", "Applied"
        APPLIED_IN_PART = "applied_in_part", "Partly applied"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"
        UNDOING = "undoing", "Undoing"
        UNDO_STOPPED = "undo_stopped", "Undo stopped"
        UNDONE = "undone", "Undone"
        UNDONE_IN_PART = "undone_in_part", "Partly undone"

    WORK_STATES = (State.PLANNING, State.APPLYING, State.UNDOING)

    id = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=100)
    model = models.CharField(max_length=100)
    state = models.CharField(max_length=20, choices=State, default=State.PLANNING)
    query = models.JSONField(
        default=dict, help_text="The filters and the search of the list, or the keys of a few."
    )
    arguments = models.JSONField(default=dict, help_text="The posted fields of the action's form.")
    reason = models.TextField(blank=True)
    plan = models.JSONField(default=dict, blank=True)
    results = models.JSONField(default=dict, blank=True)
    rows_to_do = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    planned_at = models.DateTimeField("planned", null=True, blank=True)
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)
    undo_reason = models.TextField(blank=True)
    undo_confirmed_at = models.DateTimeField("undo confirmed", null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_runs"
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

    objects = models.Manager.from_queryset(BulkRunQuerySet)()  # type: ignore[misc]

    class Meta:
        verbose_name = "bulk action"
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "planning",
                        "planned",
                        "applying",
                        "applied",
                        "applied_in_part",
                        "canceled",
                        "failed",
                        "undoing",
                        "undo_stopped",
                        "undone",
                        "undone_in_part",
                    ]
                ),
                name="bulkrun_state_is_known",
            ),
            claimed_only_in(["planning", "applying", "undoing"], "bulkrun"),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="bulkrun_state"),
            models.Index(fields=["user", "-id"], name="bulkrun_user"),
            models.Index(fields=["created_at"], name="bulkrun_created"),
        ]

    def __str__(self) -> str:
        return f"Bulk action {self.pk}"

    @property
    def asked_by(self) -> str:
        """Both names where somebody acted as the user, as the audit log has them."""
        return in_the_name_of(self.user, self.real_user)

    @property
    def undone_by(self) -> str:
        return in_the_name_of(self.undo_user, self.undo_real_user) if self.undo_user else ""

    @property
    def is_working(self) -> bool:
        return self.state in self.WORK_STATES

    @property
    def changed(self) -> int:
        """How many records are changed now: applied, and not undone."""
        done: dict[str, Any] = self.results
        return int(done.get("changed", 0)) - int(done.get("undone", 0))


class BulkItem(models.Model):
    """One record of a run: what the plan says of it, and what became of it."""

    class Outcome(models.TextChoices):
        PLANNED = "planned", "Will change"
        SKIPPED = "skipped", "Skipped by the plan"
        LEFT = "left", "Left alone"
        CHANGED = "changed", "Changed"
        UNDONE = "undone", "Undone"
        KEPT = "kept", "Kept by the undo"

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField()
    # A digest of the record as it was planned; once it is changed, of what the action left.
    version = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    # Why the record was skipped, left alone, or kept.
    note = models.TextField(blank=True, default="", db_default="")
    # What the written columns held before, by column.
    before = models.JSONField(null=True)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="items", db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="bulkitem_once_in_a_run"),
            models.CheckConstraint(
                condition=models.Q(
                    outcome__in=["planned", "skipped", "left", "changed", "undone", "kept"]
                ),
                name="bulkitem_outcome_is_known",
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="bulkitem_outcome")]

    def __str__(self) -> str:
        return f"{self.key} of {self.run_id}"
