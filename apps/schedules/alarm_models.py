"""Alarms of schedules, the owner who is notified of them, and the sign of life of the scheduler."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask

from apps.audit.history import History
from apps.core.models import BaseModel
from apps.schedules.alarm_querysets import AlarmQuerySet


class Alarm(BaseModel):
    """Something is wrong with a schedule, or with the scheduler itself, from one moment to another.

    At most one alarm of a kind is open for a schedule: whichever process opens it tells people, once.
    """

    class Kind(models.TextChoices):
        FAILED = "failed", "Failed"
        LOST = "lost", "Lost"
        LATE = "late", "Late twice"
        SLOW = "slow", "Three times its usual duration"
        MISSED = "missed", "Missed"
        SILENT = "silent", "Scheduler silent"

    kind = models.CharField(max_length=20, choices=Kind)
    # Kept, because an alarm outlives its schedule.
    schedule_name = models.CharField("schedule's name", max_length=200, blank=True, db_default="")
    details = models.TextField("what happened", blank=True, db_default="")
    since = models.DateTimeField()
    # Since when there is nothing wrong, while a schedule that flaps must prove itself.
    well_since = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField("over", null=True, blank=True)
    ended_because = models.TextField("why it is over", blank=True, db_default="")
    acknowledged_at = models.DateTimeField("acknowledged", null=True, blank=True)
    note = models.TextField(blank=True, db_default="")
    # The keys of the people who are told: the same ones hear when it is over.
    told = ArrayField(models.UUIDField(), default=list, db_default=[], editable=False)
    schedule = models.ForeignKey(
        PeriodicTask, on_delete=models.SET_NULL, null=True, blank=True, related_name="alarms"
    )
    # Runs are deleted in bulk after a month, which must not collect their alarms first.
    run = models.ForeignKey(
        "schedules.TaskRun",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="acknowledged by",
    )

    objects = models.Manager.from_queryset(AlarmQuerySet)()  # type: ignore[assignment, misc]
    history = History(untracked_fields=["well_since"])

    class Meta:
        ordering = ["-since", "-id"]
        default_permissions = ("view",)
        permissions = [("acknowledge_alarm", "Can acknowledge alarms of schedules")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["failed", "lost", "late", "slow", "missed", "silent"]),
                name="alarm_kind_is_known",
            ),
            models.UniqueConstraint(
                fields=["schedule", "kind"],
                condition=models.Q(ended_at=None),
                name="alarm_one_open_per_schedule_and_kind",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(ended_at=None, kind="silent"),
                name="alarm_one_open_of_the_scheduler",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="silent") | models.Q(schedule=None),
                name="alarm_of_the_scheduler_has_no_schedule",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_by=None) | ~models.Q(acknowledged_at=None),
                name="alarm_acknowledged_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["-since"], name="alarm_since")]

    def __str__(self) -> str:
        if self.kind == self.Kind.SILENT:
            return self.get_kind_display()
        return f"{self.schedule_name}: {self.get_kind_display().lower()}"


class ScheduleOwner(BaseModel):
    """The person who answers for a schedule, where somebody chose one.

    Without a row it is the last person who changed the schedule; see `apps.schedules.ownership`.
    """

    schedule = models.ForeignKey(PeriodicTask, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    history = History()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["schedule"], name="schedule_has_one_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.owner}"


class SchedulerHeartbeat(models.Model):
    """When a scheduler last looked at what is due. It has one row, which also serves as a lock."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    at = models.DateTimeField(db_default=Now())
    # Of the scheduler; empty as long as none has ever reported.
    process = models.CharField(max_length=120, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="scheduler_heartbeat_is_one_row")
        ]

    def __str__(self) -> str:
        return self.process
