"""The report of members whose records need care."""

from collections.abc import Mapping
from typing import Any

from apps.organizations.data_quality import NO_PHONE, SAME, UNVERIFIED, people_to_check
from apps.reports.measures import total_now
from apps.reports.params import choice_param, key_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, Total, bars
from apps.reports.rows import bounded

PROBLEMS = [
    ("any", "All problems"),
    (SAME, "Same name as somebody else"),
    (UNVERIFIED, "Not verified"),
    (NO_PHONE, "No phone number"),
]

PERSON = key_param("person", "Name", "The same as one person's")
SAME_NAME = "report:data-quality?person={id}"
MERGE = "merge:accounts.user/{id}?other={first}"


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    found, left_out = bounded(people_to_check(user, params["problem"], params["person"]))
    totals = [
        Total(
            "Same name as somebody else",
            people_to_check(user, SAME).count(),
            link=f"report:data-quality?problem={SAME}",
        ),
        total_now("unverified_people", user),
        total_now("people_without_phone", user),
    ]
    same, unverified, no_phone = (f"{total.value:,}" for total in totals)
    return ReportResult(
        summary=f"{same} people share a name, {unverified} are unverified, {no_phone} have no phone.",
        totals=totals,
        left_out=left_out,
        chart=bars("Members by problem", {total.label: total.value for total in totals}),
        rows=[
            {
                "id": str(person.pk),
                "name": person.get_full_name() or "No name",
                "email": person.email,
                "same": person.same if person.spelling else 1,
                "first": str(person.first),
                "merge": "Merge" if person.spelling and person.first != person.pk else "",
                "verified": person.is_verified,
                "phone": person.phone,
            }
            for person in found
        ],
    )


REPORTS.add(
    ReportDefinition(
        name="data-quality",
        title="Data quality",
        description="Members with the same name, without a verified address, or without a phone.",
        permission="reports.view_report",
        empty="All records are in order.",
        params=[choice_param("problem", "Problem", PROBLEMS), PERSON],
        make=make,
        columns=[
            ReportColumn("name", "Person", link="accounts.user/{id}"),
            ReportColumn("email", "E-mail", "email", person="id"),
            ReportColumn("same", "People of this name", "number", link=SAME_NAME),
            ReportColumn("merge", "With the first of this name", short="Merge", link=MERGE),
            ReportColumn("verified", "Verified", "yes_no"),
            ReportColumn("phone", "Phone", "phone", person="id"),
        ],
    )
)
