"""What waits for this user: nothing is a good answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.approvals.selectors import DECIDE, to_decide
from apps.accounts.models import ApprovalRequest, User
from apps.backoffice.start.links import listing
from apps.core.admin.display import BAD, QUIET, WAITING
from apps.core.admin.wording import counted
from apps.flags.models import Flag
from apps.organizations.models import Invitation
from apps.reports.models import ReportDelivery, ReportRun
from apps.schedules.models import PeriodicTask, TaskRun
from apps.transfers.models import ImportRun

SOON = timedelta(days=3)
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Need:
    """Records that wait, for who holds the permission; `words` follows the number of them."""

    name: str
    permission: str
    color: str
    icon: str
    records: Callable[[User], QuerySet[Any]]
    words: str
    url: Callable[[], str]


NEEDS = [
    Need(
        "requests_to_approve",
        DECIDE,
        WAITING,
        "approval",
        to_decide,
        "for you to approve or refuse",
        lambda: listing(ApprovalRequest, whose="decide", state__exact="pending"),
    ),
    Need(
        "requests_answered",
        "accounts.view_approvalrequest",
        QUIET,
        "mark_email_read",
        lambda user: ApprovalRequest.objects.filter(
            requester=user.pk, decided_at__gte=timezone.now() - timedelta(days=1)
        ).exclude(state="withdrawn"),
        "of yours decided since yesterday",
        lambda: listing(ApprovalRequest, whose="mine"),
    ),
    Need(
        "imports_to_confirm",
        "transfers.import_data",
        WAITING,
        "rule",
        lambda user: ImportRun.objects.for_staff(user).filter(user=user, state="planned"),
        "of yours checked, not applied yet",
        lambda: listing(ImportRun, state__exact="planned", whose="mine"),
    ),
    Need(
        "imports_to_continue",
        "transfers.import_data",
        WAITING,
        "edit_note",
        lambda user: ImportRun.objects.for_staff(user).filter(user=user, state="read"),
        "of yours read, not checked yet",
        lambda: listing(ImportRun, state__exact="read", whose="mine"),
    ),
    Need(
        "imports_failed",
        "transfers.view_importrun",
        BAD,
        "error",
        lambda user: ImportRun.objects.for_staff(user).filter(
            state="failed", created_at__gte=timezone.now() - LATELY
        ),
        "failed in the last seven days",
        lambda: listing(ImportRun, state__exact="failed"),
    ),
    Need(
        "invitations_expiring",
        "organizations.change_invitation",
        WAITING,
        "schedule_send",
        lambda user: Invitation.objects.for_staff(user).filter(
            state="pending", expires_at__lte=timezone.now() + SOON
        ),
        "still not accepted, and over in three days",
        lambda: listing(Invitation, state__exact="pending"),
    ),
    Need(
        "tasks_failed",
        "schedules.view_taskrun",
        BAD,
        "sync_problem",
        lambda user: TaskRun.objects.for_staff(user).filter(
            state__in=["failed", "lost"], due_at__gte=timezone.now() - timedelta(days=1)
        ),
        "failed since yesterday",
        lambda: listing(TaskRun, state__exact="failed"),
    ),
    Need(
        "mails_failed",
        "reports.view_reportrun",
        BAD,
        "unsubscribe",
        lambda user: ReportDelivery.objects.for_staff(user).filter(
            state="failed", run__started_at__gte=timezone.now() - LATELY
        ),
        "not mailed in the last seven days",
        lambda: listing(ReportRun),
    ),
]

# What ops look at first: not a need, but how things stand.
STANDING = [
    Need(
        "flags_on",
        "flags.view_flag",
        QUIET,
        "flag",
        lambda user: Flag.objects.filter(everyone=True),
        "on for everyone",
        lambda: listing(Flag),
    ),
    Need(
        "schedules_on",
        "schedules.view_taskrun",
        QUIET,
        "schedule",
        lambda user: PeriodicTask.objects.filter(enabled=True),
        "enabled",
        lambda: listing(PeriodicTask),
    ),
]


def questions(user: User) -> dict[str, QuerySet[Any]]:
    """Return what is to be counted for `user`, by name."""
    return {
        need.name: need.records(user)
        for need in [*NEEDS, *STANDING]
        if user.has_perm(need.permission)
    }


def answers(numbers: dict[str, int], needs: list[Need], user: User) -> list[dict[str, Any]]:
    """Return what there is of `needs`, as the page shows it."""
    return [
        {
            "text": f"{counted(numbers[need.name], need.records(user).model)} {need.words}",
            "url": need.url(),
            "icon": need.icon,
            "color": need.color,
        }
        for need in needs
        if numbers.get(need.name)
    ]
