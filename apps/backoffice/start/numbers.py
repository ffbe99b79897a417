"""Four numbers, what the last week did to them, and a small line of the last two."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, Model, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.start.links import PARAMETER, listing
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task
from apps.schedules.models import TaskRun

SHOWN = 4
WEEK = 7


@dataclass(frozen=True)
class Number:
    """How many there are (`records`), and how many came on each day (`arrivals`, `since`).

    The card leads to the list of the same records: all of the model, or those of `is_part`.
    """

    name: str
    label: str
    permission: str
    records: Callable[[User], QuerySet[Any]]
    arrivals: Callable[[User], QuerySet[Any]]
    since: str
    model: type[Model]
    is_part: bool = False

    @property
    def short(self) -> str:
        return self.label

    @property
    def url(self) -> str:
        return listing(self.model, **({PARAMETER: self.name} if self.is_part else {}))


NUMBERS = [
    Number(
        "organizations",
        "Organizations",
        "organizations.view_organization",
        lambda user: Organization.objects.for_staff(user),
        lambda user: Organization.objects.for_staff(user),
        "created_at",
        Organization,
    ),
    Number(
        "members",
        "Members",
        "organizations.view_membership",
        lambda user: Membership.objects.for_staff(user),
        lambda user: Membership.objects.for_staff(user),
        "created_at",
        Membership,
    ),
    Number(
        "projects",
        "Active projects",
        "projects.view_project",
        lambda user: Project.objects.for_staff(user).filter(status="active"),
        lambda user: Project.objects.for_staff(user),
        "created_at",
        Project,
        is_part=True,
    ),
    Number(
        "tasks",
        "Open tasks",
        "projects.view_task",
        lambda user: Task.objects.for_staff(user).filter(status__in=["todo", "in_progress"]),
        lambda user: Task.objects.for_staff(user),
        "created_at",
        Task,
        is_part=True,
    ),
    Number(
        "runs",
        "Runs of scheduled tasks, 14 days",
        "schedules.view_taskrun",
        lambda user: TaskRun.objects.for_staff(user).filter(
            due_at__gte=timezone.now() - timedelta(days=2 * WEEK)
        ),
        lambda user: TaskRun.objects.for_staff(user),
        "due_at",
        TaskRun,
        is_part=True,
    ),
]


def allowed(user: User) -> list[Number]:
    return [number for number in NUMBERS if user.has_perm(number.permission)][:SHOWN]


def questions(user: User) -> dict[str, QuerySet[Any]]:
    return {number.name: number.records(user) for number in allowed(user)}


def answers(counted: dict[str, int], user: User) -> list[dict[str, Any]]:
    """Return the cards: one more statement, for the arrivals of the last two weeks."""
    numbers = allowed(user)
    days = [timezone.localdate() - timedelta(days=back) for back in reversed(range(2 * WEEK))]
    arrived = _arrivals(numbers, user, days[0])
    cards = []
    for number in numbers:
        series = [arrived.get((number.name, day), 0) for day in days]
        cards.append(
            {
                "label": number.label,
                "count": counted[number.name],
                "value": counted[number.name],
                "url": number.url,
                "this_week": sum(series[WEEK:]),
                "last_week": sum(series[:WEEK]),
                "points": _points(series),
            }
        )
    return cards


def _arrivals(numbers: list[Number], user: User, first: date) -> dict[tuple[str, date], int]:
    midnight = timezone.make_aware(datetime.combine(first, time.min))
    parts = [
        number.arrivals(user)
        .order_by()
        .filter(**{f"{number.since}__gte": midnight})
        .annotate(what=Value(number.name, output_field=CharField()), day=TruncDate(number.since))
        .values("what", "day")
        .annotate(n=Count("pk"))
        .values_list("what", "day", "n")
        for number in numbers
    ]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(what, day): n for what, day, n in rows}


def _points(series: list[int]) -> str:
    """Return the line's points in a box of 100 by 24, its feet on the ground."""
    highest = max(series) or 1
    step = 100 / (len(series) - 1)
    return " ".join(
        f"{index * step:.1f},{22 - 20 * value / highest:.1f}" for index, value in enumerate(series)
    )
