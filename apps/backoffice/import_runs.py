"""The imports of some days, and why their rows were refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.reports.rows import days_ago
from apps.transfers.engine.plan.causes import cause_label
from apps.transfers.models import ImportRun


def runs_of(
    days: int, user: Any, *, dataset: str = "", undone: bool = False
) -> QuerySet[ImportRun]:
    """Return the imports of the last days that `user` may see, the newest first; None is the system."""
    runs = ImportRun.objects.all() if user is None else ImportRun.objects.for_staff(user)
    runs = runs.select_related("upload").order_by("-pk")
    if dataset:
        runs = runs.filter(dataset=dataset)
    if undone:
        runs = runs.filter(state__in=ImportRun.UNDONE_STATES)
    return runs.filter(created_at__gte=days_ago(days))


@dataclass(frozen=True)
class Refusal:
    """Why some rows of a run were refused: in words, how many, and the code by which its page finds them.

    `is_late` are those that the check had let through.
    """

    cause: str
    rows: int
    code: str = ""
    is_late: bool = False


def refusals_of(run: ImportRun) -> Iterator[Refusal]:
    """Yield the causes for which rows of a run were refused. Together they are all of its refused rows."""
    left = int(run.counts.get("refused", 0))
    for verdict, cause, number in run.causes:
        if verdict == "refused":
            left -= number
            yield Refusal(cause_label(run, verdict, cause), number, code=cause)
    # A run keeps its most frequent causes alone.
    if left > 0:
        yield Refusal("Other causes", left)
    if late := int(run.results.get("refused", 0)):
        yield Refusal("While it was applied", late, is_late=True)


def refusals_in(runs: QuerySet[ImportRun]) -> Iterator[tuple[str, Refusal]]:
    """Yield the dataset and the causes of each run."""
    fields = ("pk", "dataset", "causes", "counts", "results")
    for run in runs.select_related(None).only(*fields).iterator():
        for refusal in refusals_of(run):
            yield run.dataset, refusal


def refused_rows(run: ImportRun, cause: str) -> dict[str, Any]:
    """Return how many rows were refused for a cause ("" is all): by the check, and while it was applied."""
    found = [each for each in refusals_of(run) if cause in ("", each.cause)]
    codes = {each.code for each in found if not each.is_late}
    return {
        "refused": sum(each.rows for each in found if not each.is_late),
        "late": sum(each.rows for each in found if each.is_late),
        "code": codes.pop() if len(codes) == 1 and cause else "",
    }
