"""The report of flags and switches: their state, their changes, and which of them are stale."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from apps.core.wording import plural
from apps.flags.selectors import with_changes
from apps.flags.stale import STATE_FIELDS, sentences_of, with_staleness
from apps.reports.params import choice_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, Total, bars, count_column
from apps.reports.rows import days_ago, days_param, iso, last_days

WORDS = {True: "On", False: "Off", None: "On for its targets"}
SHOW = [("all", "All"), ("stale", "Stale")]


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    since = days_ago(params["days"])
    rows = [
        {
            "name": toggle.name,
            "kind": model._meta.verbose_name,
            "state": WORDS[getattr(toggle, field)],
            "changes": toggle.changes,
            "modified": iso(toggle.modified),
            "declared": toggle.is_declared,
            "stale": toggle.is_stale,
            "why": " ".join(sentences_of(toggle)),
            "id": toggle.pk,
            "days": params["days"],
            "link": f"flags.{model._meta.model_name}",
        }
        for model, field in STATE_FIELDS.items()
        for toggle in with_staleness(with_changes(model, since))
    ]
    stale, changes = [row for row in rows if row["stale"]], sum(row["changes"] for row in rows)
    kinds = Counter(row["link"] for row in rows)
    days = f"days={params['days']}"
    return ReportResult(
        summary=f"{plural(changes, 'change')} in the last {plural(params['days'], 'day')}; {len(stale):,} stale.",
        period=last_days(params["days"]),
        totals=[
            Total("Changes", changes, link=f"report:flag-changes?{days}"),
            Total("Stale", len(stale), link=f"report:flags?{days}&show=stale"),
            Total("Flags", kinds["flags.flag"], link="flags.flag"),
            Total("Switches", kinds["flags.switch"], link="flags.switch"),
        ],
        rows=stale if params["show"] == "stale" else rows,
        chart=bars("Flags and switches by state", Counter(row["state"] for row in rows)),
    )


CHANGES = "report:flag-changes?days={days}&name={name}&kind={kind}"
REPORTS.add(
    ReportDefinition(
        name="flags",
        title="Flags",
        description="Flags and switches. Stale: expired, on for everyone or not asked for 30 days, or unknown to the code.",
        permission="flags.view_flag",
        params=[days_param(30), choice_param("show", "Flags", SHOW)],
        make=make,
        columns=[
            ReportColumn("name", "Name", link="{link}/{id}"),
            ReportColumn("kind", "Kind"),
            ReportColumn("state", "State"),
            count_column("changes", "Changes", link=CHANGES),
            ReportColumn("modified", "Last changed", "moment"),
            ReportColumn("declared", "Declared in the code", "yes_no"),
            ReportColumn("stale", "Stale", "yes_no"),
            ReportColumn("why", "Why it is stale"),
        ],
    )
)
