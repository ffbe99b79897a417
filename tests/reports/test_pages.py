"""The page of a report: each number leads to what it counts, columns sort, rows come a page at a time."""

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.audit.models import Event
from apps.flags.services import flag_set
from apps.organizations.models import Membership, StaffOrganization
from apps.reports.formats import render
from apps.reports.registry import REPORTS, ReportDefinition, all_reports, get_report
from apps.reports.results import ReportColumn, ReportResult, count_column
from apps.transfers.models import ImportRun
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.schedules import TaskRunFactory
from tests.reports.conftest import permit, reader
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a href="(/admin/[^"]+)"[^>]*>\s*([\d,]+)\s*</a>')


def page(name: str) -> str:
    return reverse("admin:reports_reportrun_report", args=[name])


def fill() -> Any:
    """Make something for each report to count; return one organization."""
    organizations = [OrganizationFactory() for _ in range(2)]
    for organization in organizations:
        for assignee in (MembershipFactory(organization=organization).user, None):
            for days in (-2, 2):
                TaskFactory(
                    project=ProjectFactory(organization=organization),
                    assignee=assignee,
                    due_date=timezone.localdate() + timedelta(days=days),
                )
        OwnerFactory(organization=organization, user__first_name="Ada", user__last_name="Byron")
    for state in ("failed", "lost", "succeeded"):
        TaskRunFactory(state=state, due_at=timezone.now() - timedelta(hours=30))
    flag = FlagFactory(name="harbor", everyone=None)
    for everyone in (True, False):
        flag_set(name=flag.name, everyone=everyone, reason="Try it.", actor=SuperuserFactory())
    for state in ("applied", "undone"):
        run = sample(ImportRun)
        causes = [["refused", "email:missing", 3], ["refused", "role:unknown", 2]]
        # Two more for rarer causes, which a run does not keep, and one while it was applied.
        counts = {"refused": 7, "create": 3}
        ImportRun.objects.filter(pk=run.pk).update(
            state=state, rows=10, causes=causes, counts=counts, results={"refused": 1}
        )
    membership = MembershipFactory(organization=organizations[1])
    week = timezone.now() - timedelta(days=14)
    Membership.objects.filter(pk=membership.pk).update(created_at=week)
    membership.delete()
    return organizations[0]


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("name", [report.name for report in all_reports()])
def test_each_count_leads_to_exactly_its_records(
    client: Client, name: str, is_limited: bool
) -> None:
    organization = fill()
    user = StaffFactory(is_limited=is_limited)
    user.user_permissions.set(Permission.objects.all())
    StaffOrganization.objects.create(user=user, organization=organization)
    client.force_login(user)

    counts = counts_on(client.get(page(name)))

    assert counts or get_report(name).is_detail or is_limited
    for label, url, number in counts:
        assert url, f"“{label}” is a count without a link to its records"
        assert count_behind(client, url, label) == number, (label, url)


def counts_on(response: Any) -> list[tuple[str, str, int]]:
    """Return each count of a report's page: what it is called, the address behind it, and the number."""
    found = [
        (total["label"], *linked_number(total["number"])) for total in response.context["totals"]
    ]
    columns = response.context["result"].columns
    for row in response.context["table"]["rows"]:
        found += [
            (column.label, *linked_number(cell["content"]))
            # The buttons of a row follow its cells.
            for column, cell in zip(columns, row, strict=False)
            if column.kind == "number"
        ]
    return found


def linked_number(shown: str) -> tuple[str, int]:
    """Return the address of a number, "" where it is no link, and the number."""
    link = LINK.search(str(shown))
    url, text = (html.unescape(link[1]), link[2]) if link else ("", value_of(str(shown)))
    return url, int(text.replace(",", ""))


def value_of(shown: str) -> str:
    """Return the text of a cell without the heading that a phone shows in it."""
    return re.sub(r"<[^>]+>", "", shown.rpartition("</span><span>")[2])


def count_behind(client: Client, url: str, label: str) -> int:
    answer: Any = client.get(url)
    assert answer.status_code == 200, url
    if "cl" in answer.context:
        return int(answer.context["cl"].queryset.count())
    if "total_rows" in answer.context:
        # The rows of one import.
        return int(answer.context["total_rows"] or 0)
    result = answer.context["result"]
    # Rows of several imports are the sum of a column.
    summed = {"Rows": ["rows"], "Rows refused": ["refused", "late"]}.get(label)
    sums = result.sums() or {}
    return sum(int(sums.get(name, 0)) for name in summed) if summed else int(result.row_count)


def test_numbers_are_no_links_for_those_who_may_not_see_the_list(client: Client) -> None:
    fill()
    client.force_login(reader())
    assert not LINK.findall(client.get(page("overdue-tasks")).content.decode())


@pytest.fixture
def many() -> Any:
    report = ReportDefinition(
        name="many",
        title="Many",
        description="",
        permission="reports.view_report",
        columns=[ReportColumn("name", "Name"), count_column("n", "Number")],
        make=lambda params, user: ReportResult(
            "120 rows.", [{"name": f"Row {n:03}", "n": n or None} for n in range(120)], left_out=7
        ),
    )
    with REPORTS.changed(report):
        yield report


def names(response: Any) -> list[str]:
    return [value_of(row[0]["content"]) for row in response.context["table"]["rows"]]


def test_rows_are_sorted_and_come_a_page_at_a_time(client: Client, many: Any) -> None:
    client.force_login(reader())
    assert names(client.get(page("many")))[:2] == ["Row 000", "Row 001"]
    assert names(client.get(page("many"), {"p": "3"}))[-1] == "Row 119"
    assert names(client.get(page("many"), {"o": "-n"}))[0] == "Row 119"
    # An empty value stands last in both directions.
    assert names(client.get(page("many"), {"o": "n", "p": "3"}))[-1] == "Row 000"
    body = client.get(page("many"), {"o": "-n", "p": "2"}).content.decode()
    assert "Rows 51 to 100 of 120" in body
    assert "?o=-n&amp;p=3" in body
    assert "This shows 120 of 127 rows." in body


def test_an_unknown_column_or_parameter_is_refused(client: Client, many: Any) -> None:
    client.force_login(reader())
    answer = client.get(page("many"), {"o": "secret"})
    assert answer.status_code == 400
    assert "no column “secret”" in answer.content.decode()
    assert client.get(page("many"), {"color": "red"}).status_code == 400


def test_no_format_cuts_rows_without_a_word(many: Any) -> None:
    result = many.run({}, None)
    for format in ("csv", "html"):
        assert "This shows 120 of 127 rows" in render(result, format).content.decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(render(result, "xlsx").content))["Report"]
    assert "This shows 120 of 127 rows" in str(sheet.cell(122, 1).value)
    assert sheet.freeze_panes == "B2"


def test_the_xlsx_has_types_and_a_row_of_sums() -> None:
    result = ReportResult(
        "Two.",
        [
            {"day": "2026-11-20", "at": "2026-11-20T10:00:00+00:00", "ok": True, "n": 3},
            {"day": None, "at": None, "ok": False, "n": 4},
        ],
        columns=[
            ReportColumn("day", "Day", "date"),
            ReportColumn("at", "At", "moment"),
            ReportColumn("ok", "Fine", "yes_no"),
            count_column("n", "Number"),
        ],
        name="typed",
    )
    sheet = load_workbook(io.BytesIO(render(result, "xlsx").content))["Report"]
    assert [cell.data_type for cell in sheet[2]] == ["d", "d", "b", "n"]
    assert [cell.value for cell in sheet[4]] == ["Total", "", "", 7]
    assert render(result, "pdf").content.startswith(b"%PDF")


class TestAccessReview:
    def _confirm(self, client: Client, user: Any, row: Any) -> Any:
        client.force_login(user)
        url = reverse("admin:reports_reportrun_act", args=["access-review", "confirm"])
        return client.post(url, {"row": row}, follow=True)

    def test_confirming_is_recorded_with_who_and_when(self, client: Client) -> None:
        boss, staff = SuperuserFactory(first_name="Boss"), StaffFactory(first_name="Ada")

        self._confirm(client, boss, staff.pk)

        event = Event.objects.get(kind="access_confirmed")
        assert (event.target_pk, event.change_set.actor_id) == (str(staff.pk), boss.pk)
        result = client.get(page("access-review")).context["result"]
        (row,) = [row for row in result.rows if row["id"] == str(staff.pk)]
        assert row["by"] == str(boss)
        assert row["at"].startswith(str(timezone.now().year))

    @pytest.mark.parametrize("row", ["self", "member", "nobody", "", "x"])
    def test_what_cannot_be_confirmed_is_refused_with_a_sentence(
        self, client: Client, row: str
    ) -> None:
        boss = SuperuserFactory()
        keys = {"self": boss.pk, "member": MembershipFactory().user_id, "nobody": "0" * 32}
        answer = self._confirm(client, boss, keys.get(row, row))
        assert answer.status_code == 200
        assert not Event.objects.filter(kind="access_confirmed").exists()

    def test_confirming_asks_for_its_permission(self, client: Client) -> None:
        user = permit(reader(), "view_user")
        assert self._confirm(client, user, StaffFactory().pk).status_code == 403
        assert "Still right" not in client.get(page("access-review")).content.decode()
        url = reverse("admin:reports_reportrun_act", args=["access-review", "confirm"])
        assert client.get(url).status_code == 405
