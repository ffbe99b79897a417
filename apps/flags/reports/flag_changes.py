"""The changes behind a number of the report of flags, which links here."""

from collections.abc import Mapping
from typing import Any

from apps.core.wording import plural
from apps.flags.models import Flag, Switch
from apps.reports.params import text_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult
from apps.reports.rows import days_ago, days_param, iso, last_days


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    rows = [
        {
            "name": change.name,
            "kind": model._meta.verbose_name,
            "at": iso(change.history_date),
            "id": str(change.id),
            "link": f"history:flags.{model._meta.model_name}",
        }
        for model in (Flag, Switch)
        for change in model.history.filter(
            history_type="~",
            history_date__gte=days_ago(params["days"]),
            # As the report of flags, which has a row for each that exists.
            id__in=model.objects.values("pk"),
        ).order_by("-history_id")
        if params["name"] in ("", change.name) and params["kind"] in ("", model._meta.verbose_name)
    ]
    return ReportResult(
        summary=f"{plural(len(rows), 'change')}.",
        period=last_days(params["days"]),
        rows=sorted(rows, key=lambda row: str(row["at"]), reverse=True),
    )


REPORTS.add(
    ReportDefinition(
        name="flag-changes",
        title="Counted changes of flags",
        description="The changes behind a number of the report “Flags”.",
        permission="flags.view_flag",
        empty="This number is zero.",
        is_detail=True,
        params=[days_param(30), text_param("name", "Name"), text_param("kind", "Kind")],
        make=make,
        columns=[
            ReportColumn("name", "Name", link="{link}/{id}"),
            ReportColumn("kind", "Kind"),
            ReportColumn("at", "When", "moment"),
        ],
    )
)
