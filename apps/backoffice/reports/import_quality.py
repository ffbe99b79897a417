"""The report of imports: how many, how many rows, and why rows were refused."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, Sum

from apps.core.wording import plural
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import Chart, ReportColumn, ReportResult, Total, count_column
from apps.reports.rows import days_ago, days_param
from apps.transfers.engine.plan.causes import cause_label
from apps.transfers.models import ImportRun


def chart(read: Mapping[str, int], refused: Mapping[tuple[str, str], int]) -> Chart | None:
    lost = [sum(n for (name, _), n in refused.items() if name == dataset) for dataset in read]
    series = [("Rows", list(read.values())), ("Rows refused", lost)]
    labels = [dataset.capitalize() for dataset in read]
    return Chart("Rows by dataset", labels, series) if any(read.values()) else None


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    since = days_ago(params["days"])
    runs = ImportRun.objects.all() if user is None else ImportRun.objects.for_staff(user)
    runs = runs.filter(created_at__gte=since)
    told = runs.aggregate(
        runs=Count("pk"), rows=Sum("rows"), undone=Count("pk", Q(state__in=ImportRun.UNDONE_STATES))
    )
    refused, imports = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for run in runs.exclude(causes=[]).only("pk", "dataset", "causes").iterator():
        for verdict, cause, number in run.causes:
            if verdict == "refused":
                key = (run.dataset, cause_label(run, verdict, cause))
                refused[key] += number
                imports[key] += 1
    rows = told["rows"] or 0
    read = runs.order_by().values("dataset").annotate(n=Sum("rows")).values_list("dataset", "n")
    return ReportResult(
        summary=f"{plural(told['runs'], 'import')} with {plural(rows, 'row')}; "
        f"{plural(refused.total(), 'row')} refused, {plural(told['undone'], 'import')} undone.",
        period=f"Last {params['days']} days",
        totals=[
            Total("Rows refused", refused.total()),
            Total("Imports", told["runs"]),
            Total("Rows", rows),
            Total("Imports undone", told["undone"]),
        ],
        chart=chart({dataset: number or 0 for dataset, number in read}, refused),
        rows=[
            {"dataset": dataset, "cause": cause, "refused": number, "imports": imports[key]}
            for key, number in sorted(refused.items(), key=lambda item: (-item[1], item[0]))
            for dataset, cause in [key]
        ],
    )


REPORTS.add(
    ReportDefinition(
        name="import-quality",
        title="Import quality",
        description="Imports of the last days, and the causes for which rows were refused.",
        permission="transfers.view_importrun",
        empty="No row was refused.",
        params=[days_param(30)],
        make=make,
        is_by_owner=True,
        columns=[
            ReportColumn("dataset", "Dataset"),
            ReportColumn("cause", "Cause"),
            count_column("refused", "Rows refused"),
            ReportColumn("imports", "Imports", "number"),
        ],
    )
)
