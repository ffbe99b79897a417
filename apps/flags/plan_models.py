"""Planned changes of flags and switches: what they become, when, and what became of each change."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ChangePlan(models.Model):
    """The changes that one person planned for one flag or switch, approved and canceled as a whole.

    It names the flag and its key instead of referring to the row: it outlives it, and a new flag of the same
    name is another one.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=12, choices=[("flag", "Flag"), ("switch", "Switch")])
    name = models.CharField(max_length=100)
    toggle_id = models.BigIntegerField()
    zone = models.CharField("time zone", max_length=64)
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    outcome = models.TextField(blank=True, help_text="Why it was canceled, or failed.")
    is_approved = models.BooleanField(default=False)
    # The newest row of the flag's history that the plan has taken into account: a newer one is somebody's hand.
    seen = models.BigIntegerField()
    created_at = models.DateTimeField("planned", db_default=Now())
    ended_at = models.DateTimeField("ended", null=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Who acted as the planner, where somebody did.
    real_planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Where no person planned it: the command's name.
    planner_name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "planned change"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "toggle_id"],
                condition=models.Q(state="waiting"),
                name="one_waiting_plan_for_a_flag",
            )
        ]
        indexes = [models.Index(fields=["kind", "toggle_id", "-id"], name="plan_by_flag")]

    def __str__(self) -> str:
        return f"{self.name}, planned {self.created_at:%Y-%m-%d %H:%M %Z}"

    @property
    def planner(self) -> str:
        return str(self.planned_by) if self.planned_by else self.planner_name or "the system"


class PlannedChange(models.Model):
    """One change of a plan: from `due_at` on, the flag `becomes` "on", "off", "targets", or a percentage."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"

    due_at = models.DateTimeField("due")
    becomes = models.CharField(max_length=8)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    message = models.TextField(blank=True)
    ended_at = models.DateTimeField("ended", null=True)
    plan = models.ForeignKey(ChangePlan, on_delete=models.CASCADE, related_name="changes")

    class Meta:
        ordering = ["due_at"]
        verbose_name = "change of a plan"
        verbose_name_plural = "changes of a plan"
        constraints = [
            models.UniqueConstraint(fields=["plan", "due_at"], name="one_change_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.becomes} at {self.due_at:%Y-%m-%d %H:%M %Z}"
