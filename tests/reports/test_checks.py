"""What a report names must exist: a sentence of `manage.py check` says what does not."""

from dataclasses import replace
from typing import Any

import pytest

from apps.core.errors import DomainError
from apps.reports.checks import check_reports
from apps.reports.params import Param, Token
from apps.reports.registry import REPORTS, ReportDefinition, get_report
from apps.reports.results import ReportColumn, ReportResult

pytestmark = pytest.mark.django_db


def parse(text: str) -> str:
    if text not in ("last", "this"):
        raise DomainError(f"“{text}” is not a week.")
    return text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"permission": "reports.view_reports"}, "reports.view_reports, which no model declares"),
        (
            {"columns": [ReportColumn("name", "Name", link="projects.projekt/{id}")]},
            "links to projects.projekt, which is not a model",
        ),
        (
            {
                "params": [
                    Param(
                        "week",
                        "Week",
                        parse,
                        lambda: "last",
                        tokens={"first": Token("First", lambda day: "lsat")},
                    )
                ]
            },
            "“lsat” is not a week.",
        ),
        (
            {"params": [Param("week", "Week", parse, lambda: "last", mail_default=lambda: "x")]},
            "“x” is not a week.",
        ),
    ],
)
def test_a_wrong_name_is_an_error_of_the_check(changes: dict[str, Any], says: str) -> None:
    assert check_reports() == []
    with REPORTS.changed():
        REPORTS.add(replace(get_report("weekly"), name="mine", **changes))
        (error,) = check_reports()
    assert "the report mine" in error.msg.lower()
    assert says in error.msg


def test_a_column_that_the_rows_lack_is_named() -> None:
    report = ReportDefinition(
        name="mine",
        title="Mine",
        description="",
        permission="reports.view_report",
        columns=[ReportColumn("organisation", "Organization")],
        make=lambda params, user: ReportResult(summary="", rows=[{"organization": "Harbor"}]),
    )
    with pytest.raises(LookupError, match="“organisation”, which its rows lack"):
        report.run({}, None)


def test_a_column_of_personal_data_names_its_person() -> None:
    with pytest.raises(ValueError, match="name the key of the row's person"):
        ReportColumn("email", "E-mail", "email")
