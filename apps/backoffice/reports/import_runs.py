"""The imports behind a number of the report of imports, which links here."""

from collections.abc import Mapping
from typing import Any

from apps.backoffice.import_runs import refused_rows, runs_of
from apps.core.wording import plural
from apps.reports.params import choice_param, text_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, count_column
from apps.reports.rows import days_param, iso, last_days

WHICH = [("all", "All"), ("undone", "Undone"), ("refused", "With refused rows")]


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    undone = params["which"] == "undone"
    found = runs_of(params["days"], user, dataset=params["dataset"], undone=undone)
    rows = [
        {
            "id": str(run.pk),
            "file": run.upload.name,
            "dataset": run.dataset,
            "state": run.get_state_display(),
            "rows": run.rows,
            **refused_rows(run, params["cause"]),
            "at": iso(run.created_at),
        }
        for run in found.iterator(chunk_size=1000)
    ]
    if params["which"] == "refused":
        rows = [row for row in rows if row["refused"] or row["late"]]
    return ReportResult(
        summary=f"{plural(len(rows), 'import')}.",
        period=last_days(params["days"]),
        rows=rows,
    )


ROWS = "transfers.importrun/{id}?tab=rows"
REPORTS.add(
    ReportDefinition(
        name="import-runs",
        title="Counted imports",
        description="The imports behind a number of the report “Import quality”.",
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
            count_column("rows", "Rows", link=ROWS),
            count_column(
                "refused", "Rows refused", "Refused", f"{ROWS}&verdict=refused&cause={{code}}"
            ),
            count_column(
                "late", "Refused while it was applied", "Refused late", f"{ROWS}&outcome=refused"
            ),
            ReportColumn("at", "When", "moment"),
        ],
    )
)
