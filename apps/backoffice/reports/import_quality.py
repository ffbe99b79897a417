"""The report of imports: how many, how many rows, and why rows were refused."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, Sum

from apps.backoffice.import_runs import refusals_in, runs_of
from apps.core.wording import plural
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import Chart, ReportColumn, ReportResult, Total, count_column
from apps.reports.rows import days_param, last_days
from apps.transfers.models import ImportRun


def chart(read: Mapping[str, int], refused: Mapping[tuple[str, str], int]) -> Chart | None:
    lost = [sum(n for (name, _), n in refused.items() if name == dataset) for dataset in read]
    series = [("Rows", list(read.values())), ("Rows refused", lost)]
    labels = [dataset.capitalize() for dataset in read]
    return Chart("Rows by dataset", labels, series) if any(read.values()) else None


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    runs = runs_of(params["days"], user)
    told = runs.aggregate(
        runs=Count("pk"), rows=Sum("rows"), undone=Count("pk", Q(state__in=ImportRun.UNDONE_STATES))
    )
    refused, imports = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for dataset, refusal in refusals_in(runs):
        refused[dataset, refusal.cause] += refusal.rows
        imports[dataset, refusal.cause] += 1
    rows = told["rows"] or 0
    link = f"report:import-runs?days={params['days']}&which="
    read = runs.order_by().values("dataset").annotate(n=Sum("rows")).values_list("dataset", "n")
    return ReportResult(
        summary=f"{plural(told['runs'], 'import')} with {plural(rows, 'row')}; "
        f"{plural(refused.total(), 'row')} refused, {plural(told['undone'], 'import')} undone.",
        period=last_days(params["days"]),
        totals=[
            Total("Rows refused", refused.total(), link=link + "refused"),
            Total("Imports", told["runs"], link=link + "all"),
            Total("Rows", rows, link=link + "all"),
            Total("Imports undone", told["undone"], link=link + "undone"),
        ],
        chart=chart({dataset: number or 0 for dataset, number in read}, refused),
        rows=[
            {
                "dataset": key[0],
                "cause": key[1],
                "refused": number,
                "imports": imports[key],
                "days": params["days"],
            }
            for key, number in sorted(refused.items(), key=lambda item: (-item[1], item[0]))
        ],
    )


RUNS = "report:import-runs?days={days}&which=refused&dataset={dataset}&cause={cause}"
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
            count_column("refused", "Rows refused", link=RUNS),
            ReportColumn("imports", "Imports", "number", link=RUNS),
        ],
    )
)
