"""The report of flags and switches: their state, their changes, and which of them are stale."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.core.wording import plural
from apps.flags.models import Flag, Switch
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, Total, bars, count_column
from apps.reports.rows import days_ago, days_param, iso

WORDS = {True: "On", False: "Off", None: "On for its targets"}


def with_changes(model: type[Flag | Switch], since: Any) -> QuerySet[Any]:
    changes = model.history.filter(id=OuterRef("pk"), history_date__gte=since, history_type="~")
    number = changes.order_by().values("id").annotate(n=Count("pk")).values("n")
    changed = Coalesce(Subquery(number, output_field=IntegerField()), Value(0))
    found: QuerySet[Any] = model.objects.annotate(changes=changed).order_by("name")
    return found


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
            "stale": getattr(toggle, field) is not None and toggle.modified < since,
            "id": toggle.pk,
            "days": params["days"],
            "link": f"flags.{model._meta.model_name}",
        }
        for model, field in ((Flag, "everyone"), (Switch, "active"))
        for toggle in with_changes(model, since)
    ]
    stale, changes = sum(row["stale"] for row in rows), sum(row["changes"] for row in rows)
    return ReportResult(
        summary=f"{plural(changes, 'change')} in the last {params['days']} days; {stale:,} stale.",
        period=f"Last {params['days']} days",
        totals=[
            Total("Changes", changes, link=f"report:flag-changes?days={params['days']}"),
            Total("Stale", stale),
            Total("Flags", len(rows)),
        ],
        rows=rows,
        chart=bars("Flags and switches by state", Counter(row["state"] for row in rows)),
    )


CHANGES = "report:flag-changes?days={days}&name={name}&kind={kind}"
REPORTS.add(
    ReportDefinition(
        name="flags",
        title="Flags",
        description="Flags and switches. Stale: the same for everyone, and not changed all that time.",
        permission="flags.view_flag",
        params=[days_param(30)],
        make=make,
        columns=[
            ReportColumn("name", "Name", link="{link}/{id}"),
            ReportColumn("kind", "Kind"),
            ReportColumn("state", "State"),
            count_column("changes", "Changes", link=CHANGES),
            ReportColumn("modified", "Last changed", "moment"),
            ReportColumn("declared", "Declared in the code", "yes_no"),
            ReportColumn("stale", "Stale", "yes_no"),
        ],
    )
)
