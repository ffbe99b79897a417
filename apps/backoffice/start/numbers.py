"""Four numbers, what came this week and last, and a small line of the days.

A week is the one that reports have, Monday to Sunday: both show the same numbers.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, DateField, Model, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.start.links import PARAMETER, listing
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task
from apps.projects.weeks import closed_new_members
from apps.reports.measures import records_of
from apps.reports.weeks import this_week
from apps.schedules.models import TaskRun

SHOWN = 4
WEEK = 7


@dataclass(frozen=True)
class Number:
    """How many there are (`records`), and what came from a moment on (`arrivals`, by the day of `since`).

    The card leads to the list of the same records: all of the model, or those of `is_part`.
    """

    name: str
    label: str
    permission: str
    records: Callable[[User], QuerySet[Any]]
    arrivals: Callable[[User, datetime], list[QuerySet[Any]]]
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
        records_of("organizations"),
        lambda user, _: [Organization.objects.for_staff(user)],
        "created_at",
        Organization,
    ),
    Number(
        "members",
        "Members",
        "organizations.view_membership",
        records_of("members"),
        lambda user, _: [Membership.objects.for_staff(user)],
        "created_at",
        Membership,
    ),
    Number(
        "projects",
        "Active projects",
        "projects.view_project",
        records_of("active_projects"),
        lambda user, _: [Project.objects.for_staff(user)],
        "created_at",
        Project,
        is_part=True,
    ),
    Number(
        "tasks",
        "Open tasks",
        "projects.view_task",
        records_of("open_tasks"),
        lambda user, _: [Task.objects.for_staff(user)],
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
        lambda user, _: [TaskRun.objects.for_staff(user)],
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
    week = this_week()
    today = timezone.localdate()
    # The line ends today: the rest of the week is still open.
    days = [day for day in [*week.before.days, *week.days] if day <= today]
    arrived = _arrivals(numbers, user, week.before.start)
    cards = []
    for number in numbers:
        series = [arrived[number.name, day] for day in days]
        cards.append(
            {
                "label": number.label,
                "count": counted[number.name],
                "value": counted[number.name],
                "url": number.url,
                "this_week": sum(series[WEEK:]),
                "last_week": arrived.get((number.name, None), sum(series[:WEEK])),
                "points": _points(series),
            }
        )
    return cards


def _arrivals(
    numbers: list[Number], user: User, first: datetime
) -> Counter[tuple[str, date | None]]:
    parts = [
        arrivals.order_by()
        .filter(**{f"{number.since}__gte": first})
        .annotate(what=Value(number.name, output_field=CharField()), day=TruncDate(number.since))
        .values("what", "day")
        .annotate(n=Count("pk"))
        .values_list("what", "day", "n")
        for number in numbers
        for arrivals in number.arrivals(user, first)
    ]
    if any(number.name == "members" for number in numbers):
        # Last week's are those that were stored when it was over, which the report shows as well.
        parts.append(
            closed_new_members(this_week().before, user)
            .annotate(
                what=Value("members", output_field=CharField()),
                day=Value(None, output_field=DateField()),
            )
            .values_list("what", "day", "n")
        )
    if not parts:
        return Counter()
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    arrived: Counter[tuple[str, date | None]] = Counter()
    for what, day, number in rows:
        arrived[what, day] += number
    return arrived


def _points(series: list[int]) -> str:
    """Return the line's points in a box of 100 by 24, with zero at the bottom."""
    highest = max(series) or 1
    step = 100 / (len(series) - 1)
    return " ".join(
        f"{index * step:.1f},{22 - 20 * value / highest:.1f}" for index, value in enumerate(series)
    )
