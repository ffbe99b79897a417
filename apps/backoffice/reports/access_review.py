"""The access review: who has which role and scope, and whether that is still right."""

from collections.abc import Mapping
from typing import Any

from apps.backoffice.access_review import (
    CONFIRM,
    access_confirm,
    last_sign_ins,
    staff_to_review,
    stale,
)
from apps.core.personal_patterns import masked_in
from apps.core.wording import plural
from apps.reports.registry import REPORTS, ReportDefinition, RowAction
from apps.reports.results import ReportColumn, ReportResult, Total, bars
from apps.reports.rows import bounded, days_ago, days_param, iso


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    found, left_out = bounded(staff_to_review(user))
    since = days_ago(params["days"])
    waiting = sum(stale(person.confirmed_at, since) for person in found)
    weak = sum(not person.has_factor for person in found)
    return ReportResult(
        summary=f"{plural(len(found), 'person', 'people')} can sign in, {weak:,} without a second factor; "
        f"{waiting:,} not confirmed in the last {params['days']} days.",
        totals=[
            Total("To confirm", waiting),
            Total("Staff", len(found) + left_out),
            Total("Without a second factor", weak),
        ],
        left_out=left_out,
        chart=None if left_out else bars("Staff by last sign-in", last_sign_ins(found)),
        rows=[
            {
                "id": str(person.pk),
                "person": str(person),
                "email": person.email,
                "roles": "Superuser" if person.is_superuser else person.roles or "No role",
                "scope": plural(person.seen, "organization") if person.is_limited else "Everything",
                "last": iso(person.last_login),
                "factor": person.has_factor,
                "at": iso(person.confirmed_at),
                # The audit log names people with their addresses.
                "by": masked_in((person.confirmed_by or "").partition(" <")[0]),
            }
            for person in found
        ],
    )


REPORTS.add(
    ReportDefinition(
        name="access-review",
        title="Access review",
        description="Staff with their roles, their scope, their last sign-in and second factor.",
        permission="auth.view_group",
        empty="Nobody can sign in.",
        params=[days_param(90)],
        make=make,
        is_by_owner=True,
        actions=[RowAction("confirm", "Still right", CONFIRM, access_confirm, "user_id")],
        columns=[
            ReportColumn("person", "Person", link="accounts.user/{id}"),
            ReportColumn("email", "E-mail", "email", person="id"),
            ReportColumn("roles", "Roles"),
            ReportColumn("scope", "Scope"),
            ReportColumn("last", "Last sign-in", "moment"),
            ReportColumn("factor", "Second factor", "yes_no"),
            ReportColumn("at", "Confirmed", "moment"),
            ReportColumn("by", "Confirmed by"),
        ],
    )
)
