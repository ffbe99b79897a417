"""What waits for this user. An empty list is fine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from apps.accounts.approvable.visibility import DECIDE
from apps.accounts.approvals.selectors import to_decide
from apps.accounts.models import ApprovalRequest, User
from apps.backoffice.start.lines import Line
from apps.core.admin.display import BAD, QUIET, WAITING
from apps.core.models import QueuedMail
from apps.core.wording import counted
from apps.flags.models import Flag
from apps.flags.plans.selectors import planned
from apps.flags.stale import stale
from apps.organizations.models import Invitation
from apps.reports.models import ReportDelivery, ReportMailing
from apps.schedules.models import Alarm, PeriodicTask, TaskRun
from apps.transfers.models import ImportRun

SOON = timedelta(days=3)
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class OpenTask:
    """Records that wait; `words` follows the number of them."""

    name: str
    permission: str
    color: str
    icon: str
    model: type[Model]
    records: Callable[[User], QuerySet[Any]]
    words: str

    @cached_property
    def line(self) -> Line:
        return Line(
            name=self.name,
            permission=self.permission,
            model=self.model,
            records=self.records,
            short=self.words,
        )


NEEDS = [
    OpenTask(
        "requests_to_approve",
        DECIDE,
        WAITING,
        "approval",
        ApprovalRequest,
        to_decide,
        "waiting for your decision",
    ),
    OpenTask(
        "requests_answered",
        "accounts.view_approvalrequest",
        QUIET,
        "mark_email_read",
        ApprovalRequest,
        lambda user: ApprovalRequest.objects.filter(
            requester=user.pk, decided_at__gte=timezone.now() - timedelta(days=1)
        ).exclude(state="withdrawn"),
        "of yours decided since yesterday",
    ),
    OpenTask(
        "imports_to_confirm",
        "transfers.import_data",
        WAITING,
        "rule",
        ImportRun,
        lambda user: ImportRun.objects.for_staff(user).filter(user=user, state="planned"),
        "of yours checked but not applied",
    ),
    OpenTask(
        "imports_to_continue",
        "transfers.import_data",
        WAITING,
        "edit_note",
        ImportRun,
        lambda user: ImportRun.objects.for_staff(user).filter(user=user, state="read"),
        "of yours uploaded but not checked",
    ),
    OpenTask(
        "imports_failed",
        "transfers.view_importrun",
        BAD,
        "error",
        ImportRun,
        lambda user: ImportRun.objects.for_staff(user).filter(
            state="failed", created_at__gte=timezone.now() - LATELY
        ),
        "failed in the last seven days",
    ),
    OpenTask(
        "invitations_expiring",
        "organizations.change_invitation",
        WAITING,
        "schedule_send",
        Invitation,
        lambda user: Invitation.objects.for_staff(user).filter(
            state="pending", expires_at__lte=timezone.now() + SOON
        ),
        "expiring within three days",
    ),
    OpenTask(
        "alarms_open",
        "schedules.view_alarm",
        BAD,
        "notification_important",
        Alarm,
        lambda user: Alarm.objects.for_staff(user).open(),
        "open",
    ),
    OpenTask(
        "tasks_lost",
        "schedules.view_taskrun",
        BAD,
        "help",
        TaskRun,
        lambda user: TaskRun.objects.for_staff(user).undecided(),
        "lost and waiting for your decision",
    ),
    OpenTask(
        "tasks_failed",
        "schedules.view_taskrun",
        BAD,
        "sync_problem",
        TaskRun,
        lambda user: TaskRun.objects.for_staff(user).filter(
            state__in=["failed", "lost", "refused"], due_at__gte=timezone.now() - timedelta(days=1)
        ),
        "failed, lost, or refused since yesterday",
    ),
    OpenTask(
        "report_mailings_failed",
        "reports.view_reportmailing",
        BAD,
        "sync_problem",
        ReportMailing,
        lambda user: ReportMailing.objects.for_staff(user).filter(
            state="failed", ended_at__gte=timezone.now() - LATELY
        ),
        "failed in the last seven days",
    ),
    OpenTask(
        "mails_undecided",
        "reports.view_reportdelivery",
        BAD,
        "unsubscribe",
        ReportDelivery,
        lambda user: ReportDelivery.objects.for_staff(user).undecided(),
        "refused or perhaps not delivered, waiting for your decision",
    ),
    OpenTask(
        "queued_mails_undecided",
        "core.view_queuedmail",
        BAD,
        "unsubscribe",
        QueuedMail,
        lambda user: QueuedMail.objects.for_staff(user).undecided(),
        "refused or perhaps not delivered, waiting for your decision",
    ),
]

# What operations look at first: not tasks, but the current state.
STANDING = [
    OpenTask(
        "flags_on",
        "flags.view_flag",
        QUIET,
        "flag",
        Flag,
        lambda user: Flag.objects.filter(everyone=True),
        "on for everyone",
    ),
    OpenTask(
        "flags_planned",
        "flags.view_flag",
        QUIET,
        "event_upcoming",
        Flag,
        lambda user: planned(Flag.objects.all()),
        "with a planned change",
    ),
    OpenTask(
        "flags_stale",
        "flags.view_flag",
        QUIET,
        "history_toggle_off",
        Flag,
        lambda user: stale(Flag.objects.all()),
        "stale",
    ),
    OpenTask(
        "schedules_on",
        "django_celery_beat.view_periodictask",
        QUIET,
        "schedule",
        PeriodicTask,
        lambda user: PeriodicTask.objects.filter(enabled=True),
        "enabled",
    ),
]


LINES = [task.line for task in [*NEEDS, *STANDING]]


def answers(counts: Mapping[str, int], tasks: list[OpenTask]) -> list[dict[str, Any]]:
    """Return those of `tasks` that have records, as the page shows them."""
    return [
        {
            "name": task.name,
            "count": counts[task.name],
            "text": f"{counted(counts[task.name], task.model)} {task.words}",
            "url": task.line.url,
            "icon": task.icon,
            "color": task.color,
        }
        for task in tasks
        if counts.get(task.name)
    ]
