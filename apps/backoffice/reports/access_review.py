"""The access review: who has which role and scope, and whether that is still right."""

from collections.abc import Mapping
from typing import Any

from apps.backoffice.access_review import (
    CONFIRM,
    access_confirm,
    last_sign_ins,
    review_row,
    staff_to_review,
    to_confirm,
)
from apps.backoffice.measures import STAFF
from apps.core.wording import plural
from apps.reports.measures import total_now
from apps.reports.params import choice_param
from apps.reports.registry import REPORTS, ReportDefinition, RowAction
from apps.reports.results import ReportColumn, ReportResult, Total, bars
from apps.reports.rows import bounded, days_ago, days_param

SHOW = [("all", "All"), ("to_confirm", "To confirm"), ("no_factor", "Without a second factor")]


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    staff, days = staff_to_review(user), f"days={params['days']}"
    shown = {
        "all": staff,
        "to_confirm": staff.filter(to_confirm(days_ago(params["days"]))),
        "no_factor": staff.filter(has_factor=False),
    }
    link = f"report:access-review?{days}&show="
    waiting, weak = (
        Total(label, shown[name].count(), link=link + name) for name, label in SHOW[1:]
    )
    everybody = total_now(STAFF, user)
    found, left_out = bounded(shown[params["show"]])
    return ReportResult(
        summary=f"{plural(everybody.value, 'person', 'people')} can sign in, {weak.value:,} without a second "
        f"factor; {waiting.value:,} not confirmed in the last {plural(params['days'], 'day')}.",
        totals=[waiting, everybody, weak],
        left_out=left_out,
        chart=None if left_out else bars("Staff by last sign-in", last_sign_ins(found)),
        rows=[review_row(person) for person in found],
    )


REPORTS.add(
    ReportDefinition(
        name="access-review",
        title="Access review",
        description="Staff with their roles, their scope, their last sign-in and second factor.",
        permission="auth.view_group",
        empty="Nobody can sign in.",
        params=[days_param(90), choice_param("show", "Staff", SHOW)],
        make=make,
        is_by_owner=True,
        actions=[
            RowAction(
                "confirm", "Still right", CONFIRM, access_confirm, "user_id", not_oneself=True
            )
        ],
        columns=[
            ReportColumn("person", "Person", link="accounts.user/{id}"),
            ReportColumn("email", "E-mail", "email", person="id"),
            ReportColumn("roles", "Roles"),
            ReportColumn("scope", "Scope", link="{limits}?seen_by__user__id__exact={id}"),
            ReportColumn("last", "Last sign-in", "moment"),
            ReportColumn("factor", "Second factor", "yes_no"),
            ReportColumn("at", "Confirmed", "moment"),
            ReportColumn("by", "Confirmed by"),
        ],
    )
)
