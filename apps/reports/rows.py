"""What definitions share: a bound on the rows, days, and addresses of lists."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.reports.measures import MOST_DAYS
from apps.reports.params import Param, number_param
from apps.reports.registry import get_report

# The most rows of a report. More are counted, and every page and file says how many are missing.
MOST_ROWS = 10_000


def bounded(rows: QuerySet[Any]) -> tuple[list[Any], int]:
    """Return the first rows of a queryset, and how many more there are."""
    found = list(rows[: MOST_ROWS + 1])
    if len(found) <= MOST_ROWS:
        return found, 0
    return found[:MOST_ROWS], rows.count() - MOST_ROWS


def days_param(default: int = 30) -> Param:
    return number_param("days", "Days", default=default, least=1, most=MOST_DAYS)


def last_days(days: int) -> str:
    """Return "Last 30 days", the period of a report that looks back from now."""
    return "Last day" if days == 1 else f"Last {days:,} days"


def days_ago(days: int) -> datetime:
    """Return the midnight that begins the day so many days before today, in the site's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=days
    )


def iso(value: datetime | date | None) -> str | None:
    return None if value is None else value.isoformat()


_KEY = re.compile(r"{(\w+)}")
_REPORT, _HISTORY, _MERGE = "report:", "history:", "merge:"


def address(link: str, row: Mapping[str, Any]) -> str:
    """Return the address of a column's link for one row, "" where the row has nothing to link to.

    "projects.task?status__exact=todo&project__id__exact={id}" is a list, of which an empty value filters
    nothing; "projects.project/{id}" is a record, also with "?tab=rows", "history:projects.project/{id}" one that may be gone;
    "report:week-records?week={week}" is a report, and "merge:accounts.user/{id}?other={first}" the page that merges two records.
    """
    filled = _KEY.sub(lambda key: quote(str(row.get(key[1]) or ""), safe=":"), link)
    if filled.startswith(_REPORT):
        name, sign, query = filled.removeprefix(_REPORT).partition("?")
        return reverse("admin:reports_reportrun_report", args=[name]) + sign + _used(query)
    model, slash, key = filled.partition("/")
    if slash and model.startswith(_HISTORY):
        label = model.removeprefix(_HISTORY)
        return reverse("admin:audit_changeset_record", args=[label, key])
    if slash:
        key, sign, query = key.partition("?")
        verb = "merge" if model.startswith(_MERGE) else "change"
        page = f"admin:{model.removeprefix(_MERGE).replace('.', '_')}_{verb}"
        return reverse(page, args=[key]) + sign + _used(query) if key else ""
    model, sign, query = filled.partition("?")
    if not model:
        return ""
    return reverse(f"admin:{model.replace('.', '_')}_changelist") + sign + _used(query)


def _used(query: str) -> str:
    return "&".join(part for part in query.split("&") if not part.endswith("="))


def view_permission(link: str, row: Mapping[str, Any]) -> str:
    """Return the permission that the page of a link asks for."""
    if link.startswith(_REPORT):
        return get_report(link.removeprefix(_REPORT).partition("?")[0]).permission
    model = _KEY.sub(lambda key: str(row.get(key[1]) or ""), link).partition("?")[0]
    if model.startswith(_HISTORY):
        return "audit.view_auditlog"
    verb = "merge" if model.startswith(_MERGE) else "view"
    app_label, _, name = model.removeprefix(_MERGE).partition("/")[0].partition(".")
    return f"{app_label}.{verb}_{name}"


def people_named(keys: Iterable[Any]) -> dict[Any, str]:
    """Return the names of people by their keys; a person without a name is named by the masked address."""
    wanted = {key for key in keys if key is not None}
    return {key: str(user) for key, user in User.objects.in_bulk(list(wanted)).items()}
