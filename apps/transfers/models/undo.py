"""The undo of an import: a job like the import itself."""

from django.conf import settings
from django.db import models

from apps.core.jobs import Job, claimed_only_in
from apps.transfers.models.asked import Asked


class UndoRun(Asked, Job):
    class State(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        UNDOING = "undoing", "Undoing"
        UNDONE = "undone", "Undone"
        UNDONE_IN_PART = "undone_in_part", "Partly undone"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"

    WORK_STATES = (State.CONFIRMED, State.UNDOING)

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=20, choices=State, default=State.CONFIRMED)
    reason = models.TextField(blank=True)
    results = models.JSONField(default=dict, blank=True)
    seconds = models.JSONField(default=dict, blank=True)
    checkpoint = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_to_do = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(
        "transfers.ImportRun", on_delete=models.PROTECT, related_name="undo_runs"
    )
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
        related_name="undo_runs",
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two people who press "undo" at once start one undo.
            models.UniqueConstraint(
                fields=["run"],
                name="undorun_one_at_a_time",
                condition=models.Q(state__in=["confirmed", "undoing"]),
            ),
            claimed_only_in(["confirmed", "undoing"], "undorun"),
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="undorun_state")]

    def __str__(self) -> str:
        return f"undo of run {self.run_id}"
