"""The imports of some days, and why their rows were refused."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.reports.rows import days_ago
from apps.transfers.engine.plan.causes import cause_label
from apps.transfers.models import ImportRun


def runs_of(days: int, user: Any) -> QuerySet[Any]:
    """Return the imports of the last days that `user` may see; None is the system."""
    runs = ImportRun.objects.all() if user is None else ImportRun.objects.for_staff(user)
    return runs.filter(created_at__gte=days_ago(days))


def refusals_of(run: ImportRun) -> Iterator[tuple[str, int]]:
    """Yield each cause for which rows of a run were refused, in words, and how many."""
    for verdict, cause, number in run.causes:
        if verdict == "refused":
            yield cause_label(run, verdict, cause), number
