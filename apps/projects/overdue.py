"""Overdue tasks by how long they are overdue."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from apps.projects.models import Task

# The first and the last day of each group.
AGES = {
    "1 to 7 days": (1, 7),
    "8 to 30 days": (8, 30),
    "31 to 90 days": (31, 90),
    "Over 90 days": (91, 700_000),
}


def overdue_by_age(user: Any) -> dict[str, int]:
    """Return how many of the overdue tasks that `user` may see are overdue for how long."""
    today = timezone.localdate()
    counts = {
        f"n{number}": Count(
            "pk", Q(due_date__range=(today - timedelta(days=most), today - timedelta(days=least)))
        )
        for number, (least, most) in enumerate(AGES.values())
    }
    found = Task.objects.for_actor(user).overdue().order_by().aggregate(**counts)
    return dict(zip(AGES, found.values(), strict=True))
