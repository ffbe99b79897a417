"""The imports behind a number of the report of imports, which links here."""

from collections.abc import Mapping
from typing import Any

from apps.backoffice.import_runs import refusals_of, runs_of
from apps.core.wording import plural
from apps.reports.params import choice_param, text_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, Total, count_column
from apps.reports.rows import days_param, iso
from apps.transfers.models import ImportRun

WHICH = [("all", "All"), ("undone", "Undone"), ("refused", "With refused rows")]


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    found = runs_of(params["days"], user).select_related("upload").order_by("-pk")
    if params["which"] == "undone":
        found = found.filter(state__in=ImportRun.UNDONE_STATES)
    if params["dataset"]:
        found = found.filter(dataset=params["dataset"])
    rows = [
        {
            "id": str(run.pk),
            "file": run.upload.name,
            "dataset": run.dataset,
            "state": run.get_state_display(),
            "rows": run.rows,
            "refused": sum(n for cause, n in refusals_of(run) if params["cause"] in ("", cause)),
            "at": iso(run.created_at),
        }
        for run in found.iterator(chunk_size=1000)
    ]
    if params["which"] == "refused":
        rows = [row for row in rows if row["refused"]]
    return ReportResult(
        summary=f"{plural(len(rows), 'import')}.",
        period=f"Last {params['days']} days",
        totals=[Total("Imports", len(rows))],
        rows=rows,
    )


REPORTS.add(
    ReportDefinition(
        name="import-runs",
        title="Imports of some days",
        description="What a number of the report of imports counts.",
        permission="transfers.view_importrun",
        empty="This number is zero.",
        is_detail=True,
        is_by_owner=True,
        params=[
            days_param(30),
            choice_param("which", "Imports", WHICH),
            text_param("dataset", "Dataset"),
            text_param("cause", "Cause"),
        ],
        make=make,
        columns=[
            ReportColumn("file", "File", link="transfers.importrun/{id}"),
            ReportColumn("dataset", "Dataset"),
            ReportColumn("state", "State"),
            count_column("rows", "Rows"),
            count_column("refused", "Rows refused", "Refused"),
            ReportColumn("at", "When", "moment"),
        ],
    )
)
