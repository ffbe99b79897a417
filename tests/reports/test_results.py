"""A result is plain data: it survives JSON, it can be compared, and it is computed once per scope."""

import json
from typing import Any

import pytest

from apps.organizations.models import StaffOrganization
from apps.reports.registry import REPORTS, ReportDefinition, get_report
from apps.reports.results import Chart, ReportColumn, ReportResult, Total
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.reports.conftest import permit, reader

pytestmark = pytest.mark.django_db


def _result(**changes: Any) -> ReportResult:
    return ReportResult(
        **{
            "summary": "3 members.",
            "rows": [{"name": "Ada", "since": "2026-11-20", "n": 3, "ok": True, "none": None}],
            "totals": [Total("Members", 3, 2)],
            "chart": Chart("Days", ["Mon"], [("New", [3])]),
            "columns": [ReportColumn("name", "Name"), ReportColumn("n", "N", "number")],
            **changes,
        }
    )


def test_a_result_survives_json() -> None:
    result = _result()
    stored = json.loads(json.dumps(result.to_json()))
    assert ReportResult.from_json(stored) == result
    assert ReportResult.from_json(stored).digest() == result.digest()


def test_the_digest_changes_with_what_is_said_and_not_with_the_period() -> None:
    result = _result()
    for same in (_result(period="later"), _result(totals=[Total("Members", 3, 9)])):
        assert same.digest() == result.digest()
    for other in (_result(rows=[]), _result(totals=[Total("Members", 4)]), _result(left_out=1)):
        assert other.digest() != result.digest()


def test_a_result_is_compared_with_an_earlier_one() -> None:
    result = _result(totals=[Total("Members", 5), Total("New", 1)]).compared_to(_result())
    assert [total.change for total in result.totals] == [2, None]


def test_users_of_one_scope_share_a_key_and_others_do_not() -> None:
    definition = get_report("weekly")
    one, two, third = (reader(is_limited=True) for _ in range(3))
    organizations = [OrganizationFactory() for _ in range(2)]
    for user, seen in ((one, organizations[:1]), (two, organizations[:1]), (third, organizations)):
        for organization in seen:
            StaffOrganization.objects.create(user=user, organization=organization)
    assert definition.scope_key(one) == definition.scope_key(two)
    keys = {definition.scope_key(user) for user in (one, third, reader(), SuperuserFactory())}
    assert len(keys) == 4
    assert definition.scope_key(None) == definition.scope_key(SuperuserFactory())


def test_personal_data_is_for_those_who_may_see_it_and_in_files_for_those_who_may_export_it() -> (
    None
):
    person = MembershipFactory(user__email="ada@example.org", user__phone="+49 30 1234567").user
    report = ReportDefinition(
        name="people",
        title="People",
        description="",
        permission="reports.view_report",
        columns=[
            ReportColumn("email", "E-mail", "email", person="id"),
            ReportColumn("phone", "Phone", "phone", person="id"),
        ],
        make=lambda params, user: ReportResult(
            "One.", [{"email": person.email, "phone": person.phone, "id": str(person.pk)}]
        ),
    )
    hidden = {"email": "a…@example.org", "phone": "+…", "id": str(person.pk)}
    shown = {"email": person.email, "phone": person.phone, "id": str(person.pk)}
    nobody, sees, exports = (
        reader(),
        permit(reader(), "view_personal_data"),
        permit(reader(), "view_personal_data", "export_personal_data"),
    )
    with REPORTS.changed(report):
        for user, as_file, expected in (
            (nobody, False, hidden),
            (nobody, True, hidden),
            (sees, False, shown),
            (sees, True, hidden),
            (exports, True, shown),
        ):
            assert report.run({}, user, as_file=as_file).rows == [expected]
        assert report.scope_key(sees) == report.scope_key(nobody) != report.scope_key(exports)


def test_an_unknown_kind_of_column_is_refused() -> None:
    with pytest.raises(ValueError, match="not a kind of column"):
        ReportColumn("a", "A", "money")
