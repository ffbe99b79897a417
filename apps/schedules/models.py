"""The runs of scheduled tasks: when each was due, its result, and its message."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.history import audit_model
from apps.core.jobs import Job, claimed_only_in
from apps.core.nouns import name_fields, name_model
from apps.schedules import timing_constraints  # noqa: F401  Declares them.
from apps.schedules.alarm_models import Alarm, ScheduleOwner, SchedulerHeartbeat
from apps.schedules.querysets import TaskRunQuerySet

__all__ = ["Alarm", "ScheduleOwner", "SchedulerHeartbeat", "ShippedSchedule", "TaskRun"]

# Beat stores in the same row when it last sent a task, which is no change of the schedule.
audit_model(
    PeriodicTask,
    app="apps.schedules",
    untracked_fields=["last_run_at", "total_run_count", "date_changed"],
)
# celery-beat adds the raw crontab to the name ("0 7 * * 1 (m/h/dM/MY/d) UTC"); people know it by its name.
PeriodicTask.add_to_class("__str__", lambda schedule: schedule.name)
name_model(PeriodicTask, "schedule", "schedules")
name_fields(PeriodicTask, last_run_at="last run")
for _timing in (IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    audit_model(_timing, app="apps.schedules")
name_model(ClockedSchedule, "clock time", "clock times")


class TaskRun(Job):
    """What became of one due time of a schedule, or of one run by hand or by the program.

    Each due time has one row, also one that was missed or skipped: the database refuses a second one, however
    many schedulers ask. The schedule's name is kept: it outlives the schedule.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        LOST = "lost", "Lost"
        REFUSED = "refused", "Refused"
        CANCELED = "canceled", "Canceled"
        SKIPPED = "skipped", "Skipped"
        MISSED = "missed", "Missed"

    # One that runs is taken up again by the sweep alone, which knows whether it may begin twice.
    WORK_STATES = (State.WAITING,)
    OPEN = (State.WAITING, State.RUNNING)
    UNHAPPY = (State.FAILED, State.LOST, State.REFUSED)

    # Of a run that no due time asked for: what makes its message the only one.
    run_key = models.CharField(max_length=300, blank=True, editable=False)
    schedule_name = models.CharField("schedule's name", max_length=200, blank=True)
    task_name = models.CharField("task", max_length=200)
    arguments = models.JSONField(default=dict, blank=True)
    celery_id = models.CharField("Celery ID", max_length=64, blank=True, db_index=True)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    message = models.TextField(blank=True, help_text="The task's last message, or its error.")
    traceback = models.TextField(blank=True, db_default="", editable=False)
    reason = models.TextField(
        blank=True,
        db_default="",
        help_text="Why it was skipped, missed, or late; empty if it was on time.",
    )
    # A success that comes every few minutes, which the list leaves out until asked for it.
    is_frequent = models.BooleanField(default=False, db_default=False, editable=False)
    worker = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField("due")
    # A run that no worker has started by then is missed.
    start_by = models.DateTimeField("must start by", null=True, blank=True)
    created_at = models.DateTimeField("made", db_default=Now(), editable=False)
    # When its message was last given to the broker.
    sent_at = models.DateTimeField("sent", null=True, editable=False)
    schedule = models.ForeignKey(
        PeriodicTask,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
        db_index=False,
    )
    real_started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who acted as the person who started it, where somebody did.",
    )
    # How often its worker ended without a word; of an idempotent task it is then started again.
    times_lost = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    decided_at = models.DateTimeField("decided", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="decided by",
        help_text="Who ran a run that ended badly again, or left it at that.",
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="started by",
        help_text="The person who started this run by hand. Empty if the schedule did.",
    )

    objects = TaskRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("run_task", "Can run a scheduled task now"),
            ("pause_schedules", "Can pause and resume all schedules"),
            ("view_traceback", "Can view the traceback of a task run"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "waiting",
                        "running",
                        "succeeded",
                        "failed",
                        "lost",
                        "refused",
                        "canceled",
                        "skipped",
                        "missed",
                    ]
                ),
                name="taskrun_state_is_known",
            ),
            claimed_only_in(["running"], "taskrun"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["skipped", "missed"]) | ~models.Q(reason=""),
                name="taskrun_not_run_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["schedule", "due_at"],
                condition=models.Q(run_key=""),
                name="taskrun_one_per_due_time",
            ),
            models.UniqueConstraint(
                fields=["run_key"], condition=~models.Q(run_key=""), name="taskrun_one_per_key"
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "-id"], name="taskrun_schedule"),
            models.Index(fields=["task_name", "-id"], name="taskrun_task"),
            models.Index(fields=["state", "-id"], name="taskrun_state"),
            models.Index(fields=["-due_at"], name="taskrun_due"),
            models.Index(
                fields=["heartbeat_at"],
                name="taskrun_open",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_name or self.task_name.rpartition('.')[2]}, run {self.pk}"

    @property
    def is_of_due_time(self) -> bool:
        """Whether its schedule asked for it, and not a person or the program."""
        return self.schedule_id is not None and not self.run_key

    @property
    def duration(self) -> timedelta | None:
        """How long it ran; None if it has not ended or never started."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


class ShippedSchedule(models.Model):
    """The name of a schedule that came with the product, to tell it from one made by hand."""

    name = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class SchedulerPause(models.Model):
    """A time in which no schedule runs. At most one is open, and every scheduler looks for it."""

    reason = models.TextField()
    paused_at = models.DateTimeField("paused", db_default=Now())
    resumed_at = models.DateTimeField("resumed", null=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(resumed_at=None),
                name="schedulerpause_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"Paused since {self.paused_at:%Y-%m-%d %H:%M}"

    def covers(self, moment: datetime) -> bool:
        return self.paused_at <= moment and (self.resumed_at is None or moment < self.resumed_at)

    @property
    def why(self) -> str:
        """The reason of a due time that was skipped because of it."""
        return f"All schedules were paused by {self.paused_by or 'the program'}: {self.reason}"
