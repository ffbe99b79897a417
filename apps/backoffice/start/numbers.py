"""Four numbers, how many of each are new this week and last, and a small line of the days.

A week is the one that reports have, Monday to Sunday.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, DateField, Model, QuerySet, Value
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.start.count_query import Counted
from apps.backoffice.start.lines import Line
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task
from apps.projects.weeks import NAME as WEEKLY
from apps.projects.weeks import closed_new_members
from apps.reports.measures import records_of
from apps.reports.weeks import Week, this_week
from apps.schedules.models import TaskRun

SHOWN = 4
WEEK = 7


@dataclass(frozen=True)
class Number:
    """How many records there are, and how many of these are new, by the day of `since`."""

    name: str
    label: str
    permission: str
    model: type[Model]
    records: Callable[[User], QuerySet[Any]]
    since: str = "created_at"
    is_all: bool = False

    @cached_property
    def total(self) -> Line:
        return self._line("", self.records, is_all=self.is_all)

    @cached_property
    def this_week(self) -> Line:
        return self._line(" this week", lambda user: self._new(user, this_week()))

    @cached_property
    def last_week(self) -> Line:
        return self._line(" last week", lambda user: self._new(user, this_week().before))

    @property
    def lines(self) -> list[Line]:
        return [self.total, self.this_week, self.last_week]

    def _line(
        self, when: str, records: Callable[[User], QuerySet[Any]], *, is_all: bool = False
    ) -> Line:
        return Line(
            name=self.name + when.replace(" ", "_"),
            permission=self.permission,
            model=self.model,
            records=records,
            short=f"{self.label}, new{when}" if when else self.label,
            is_all=is_all,
        )

    def _new(self, user: User, week: Week) -> QuerySet[Any]:
        within = {f"{self.since}__gte": week.start, f"{self.since}__lt": week.end}
        return self.records(user).filter(**within)


NUMBERS = [
    Number(
        "organizations",
        "Organizations",
        "organizations.view_organization",
        Organization,
        records_of("organizations"),
        is_all=True,
    ),
    Number(
        "members",
        "Members",
        "organizations.view_membership",
        Membership,
        records_of("members"),
        is_all=True,
    ),
    Number(
        "projects",
        "Active projects",
        "projects.view_project",
        Project,
        records_of("active_projects"),
    ),
    Number(
        "tasks",
        "Open tasks",
        "projects.view_task",
        Task,
        records_of("open_tasks"),
    ),
    Number(
        "runs",
        "Runs of scheduled tasks, 14 days",
        "schedules.view_taskrun",
        TaskRun,
        lambda user: TaskRun.objects.for_staff(user).filter(
            due_at__gte=timezone.now() - timedelta(days=2 * WEEK)
        ),
        since="due_at",
    ),
]
LINES = [line for number in NUMBERS for line in number.lines]


def lines_for(user: User) -> list[Line]:
    return [line for number in _shown_to(user) for line in number.lines]


def answers(counted: Mapping[str, Counted], user: User) -> list[dict[str, Any]]:
    """Return the cards: one more statement, for the days of the last two weeks."""
    numbers = _shown_to(user)
    week = this_week()
    today = timezone.localdate()
    # The line ends today: the rest of the week is still open.
    days = [day for day in [*week.before.days, *week.days] if day <= today]
    new = _new_by_day(numbers, user, week.before.start)
    return [
        {
            "label": number.label,
            **_shown(number.total, counted),
            "this_week": _shown(number.this_week, counted),
            "last_week": _closed(number, new) or _shown(number.last_week, counted),
            "points": _points([new[number.name, day] for day in days]),
        }
        for number in numbers
    ]


def _shown_to(user: User) -> list[Number]:
    return [number for number in NUMBERS if user.has_perm(number.permission)][:SHOWN]


def _shown(line: Line, counted: Mapping[str, Counted]) -> dict[str, Any]:
    return {"count": counted[line.name], "url": line.url}


def _closed(number: Number, new: Counter[tuple[str, date | None]]) -> dict[str, Any]:
    """Return last week's number as it was stored when the week was over; it leads to its report.

    Nothing where it is not stored. Some of these records may be gone, so no list has them all.
    """
    if (number.name, None) not in new:
        return {}
    page = reverse("admin:reports_reportrun_report", args=[WEEKLY])
    return {"count": Counted(new[number.name, None]), "url": f"{page}?week={this_week().before}"}


def _new_by_day(
    numbers: list[Number], user: User, first: datetime
) -> Counter[tuple[str, date | None]]:
    parts = [
        number.records(user)
        .order_by()
        .filter(**{f"{number.since}__gte": first})
        .annotate(what=Value(number.name, output_field=CharField()), day=TruncDate(number.since))
        .values("what", "day")
        .annotate(n=Count("pk"))
        .values_list("what", "day", "n")
        for number in numbers
    ]
    if any(number.name == "members" for number in numbers) and user.has_perm("reports.view_report"):
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
    return Counter({(what, day): number for what, day, number in rows})


def _points(series: list[int]) -> str:
    """Return the line's points in a box of 100 by 24, with zero at the bottom."""
    highest = max(series) or 1
    step = 100 / (len(series) - 1)
    return " ".join(
        f"{index * step:.1f},{22 - 20 * value / highest:.1f}" for index, value in enumerate(series)
    )
