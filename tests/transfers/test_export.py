"""What goes out is safe to open, and changes nothing when it comes back."""

import csv
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.errors import MissingPermission
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task
from apps.transfers.models import ExportRun
from apps.transfers.selectors import plan_rows
from apps.transfers.services import export_stream
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.transfers.engine import Importer

pytestmark = pytest.mark.django_db


def exported(dataset: str, target: Path, *options: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("export_dataset", dataset, "-o", str(target), "--json", *options, stdout=out)
    return dict(json.loads(out.getvalue()))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_comes_back_unchanged(importer: Importer, format: str) -> None:
    names = ["=1+1", "+x", "-x", "@x", "\uff1dx", "'=x", "O'Neil", 'a "b", c', "תל", "x" * 150]
    harbor = OrganizationFactory(name="=cmd()", external_id="H-1")
    bare = OrganizationFactory(name="No number")
    for number, name in enumerate(names):
        user = UserFactory(email=f"p{number}@example.org", last_name=name, phone="+1 919 555 0100")
        MembershipFactory(user=user, organization=harbor if number % 2 else bare)
    target = importer.folder / f"out.{format}"
    assert exported("members", target)["rows"] == len(names)
    history = User.history.count(), Membership.history.count()
    result = importer.raw("members", target.read_bytes(), name=target.name)
    assert (result.code, result.unchanged) == (0, len(names)), result.json
    assert (User.history.count(), Membership.history.count()) == history
    assert exported("organizations", target)["rows"] == 2
    assert importer.raw("organizations", target.read_bytes(), name=target.name).unchanged == 2


def test_tasks_with_dates_and_people_come_back_unchanged(importer: Importer) -> None:
    from datetime import date

    organization = OrganizationFactory(external_id="H-1")
    TaskFactory(project__organization=organization, due_date=date(2026, 4, 30))
    TaskFactory(project__organization=organization, assignee=UserFactory(), status="done")
    for format in ("csv", "xlsx"):
        target = importer.folder / f"out.{format}"
        assert exported("tasks", target)["rows"] == 2
        assert importer.raw("tasks", target.read_bytes(), name=target.name).unchanged == 2
    assert Task.objects.count() == 2


def test_no_cell_of_an_export_runs_as_a_formula(importer: Importer) -> None:
    MembershipFactory(user__last_name="=HYPERLINK(1)", user__phone="+1 919")
    target = importer.folder / "out.csv"
    exported("members", target)
    text = io.StringIO(target.read_text("utf-8-sig"))
    cells = [cell for row in csv.reader(text) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r\uff1d\uff0b\uff0d\uff20" and cell]


def test_fields_and_filters_are_honored(importer: Importer) -> None:
    MembershipFactory(role="owner", organization__external_id="A-1")
    MembershipFactory(role="member", organization__external_id="A-2")
    target = importer.folder / "out.csv"
    result = exported("members", target, "--fields", "email,role", "--filter", "role=owner")
    assert result["rows"] == 1
    assert target.read_text("utf-8-sig").splitlines()[0] == "E-mail,Role"
    assert exported("members", target, "--filter", "organization=A-2")["rows"] == 1


def test_an_unknown_field_is_one_sentence(importer: Importer) -> None:
    err = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("export_dataset", "members", "--fields", "password", stderr=err)
    assert stop.value.code == 2
    assert "Members have no field “password”" in err.getvalue()


def test_every_export_is_recorded_with_who_and_what() -> None:
    agent = StaffFactory(
        may=[
            "transfers.export_data",
            "organizations.view_membership",
            "accounts.export_personal_data",
        ]
    )
    MembershipFactory()
    run, content = export_stream(dataset="members", fields=["email"], actor=agent)
    assert len(b"".join(content).splitlines()) == 2
    run.refresh_from_db()
    assert (run.user, run.rows, run.fields) == (agent, 1, ["email"])
    event = Event.objects.get(kind="export")
    assert (event.target_pk, event.data["fields"]) == (str(run.pk), ["email"])


def test_without_the_permission_nothing_goes_out() -> None:
    with pytest.raises(MissingPermission, match="view_membership"):
        export_stream(dataset="members", actor=StaffFactory(may=["transfers.export_data"]))
    assert not ExportRun.objects.exists()


# What spreadsheets run, what people type, what forms and older systems leave in a database.
NAMES = [
    "=1+1", "+x", "-x", "@x", "\uff1dx", "\uff0bx", "\uff0dx", "\uff20x", "\tx", "\rx", "'=x", "''-x", "'",
    "'O", "O'Neil", 'a "b", c', "a;b|c", "two\nlines", "two\r\nlines", "  spaces  around ", "dou  ble",
    "no\u00a0break", "zero\u200bwidth", "Zoe\u0308", "Zo\u00eb", "\u0130 \u0131 ß", "עדה", "🚢", "1.23457E+15", "123.0", "007",
    "Null", "N/A", "-", "#N/A!", "TRUE", "2026-04-30", "3/4/2026", "_x0041_", "<b>&amp;</b>", "x" * 150,
]  # fmt: skip


def typed(name: str) -> str:
    """A name that tells which record is meant, as a form takes it."""
    return " ".join(unicodedata.normalize("NFC", name.replace("\u200b", "")).split())


def history_rows() -> list[int]:
    return [model.history.count() for model in (User, Membership, Organization, Project, Task)]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_every_dataset_comes_back_unchanged_whatever_it_holds(
    importer: Importer, format: str
) -> None:
    from datetime import date

    harbor = OrganizationFactory(name="=Harbor", slug="harbor", external_id="H-1")
    for number, name in enumerate(NAMES):
        organization = OrganizationFactory(
            name=name,
            slug=f"org-{number}",
            external_id=f"{'=+-@'[number % 4]}{number}" if number % 2 else "",
        )
        user = UserFactory(
            email=f"p{number}@example.org",
            first_name=name,
            last_name=name[::-1],
            phone=f"+49 30 {number:05}",
        )
        MembershipFactory(user=user, organization=harbor, role="viewer")
        MembershipFactory(user=user, organization=organization, role="owner")
        project = ProjectFactory(
            organization=harbor, name=f"{typed(name)} {number}", description=name * 2
        )
        TaskFactory(
            project=project,
            title=typed(name),
            assignee=user,
            status="done",
            due_date=date(1999, 12, 31),
        )
    before = history_rows()
    for dataset, rows in (
        ("organizations", len(NAMES) + 1),
        ("members", 2 * len(NAMES)),
        ("projects", len(NAMES)),
        ("tasks", len(NAMES)),
    ):
        target = importer.folder / f"{dataset}.{format}"
        assert exported(dataset, target)["rows"] == rows
        result = importer.raw(dataset, target.read_bytes(), name=target.name)
        assert (result.code, result.unchanged) == (0, rows), (dataset, result.problems, [
            row.changes for row in plan_rows(result.record, verdict="update").rows
        ])  # fmt: skip
    assert history_rows() == before


def test_a_workbook_has_typed_cells_and_no_formula(importer: Importer) -> None:
    import zipfile
    from datetime import date

    TaskFactory(title="=HYPERLINK(1)", due_date=date(2026, 4, 30))
    target = importer.folder / "out.xlsx"
    exported("tasks", target, "--fields", "title,due_date")
    archive = zipfile.ZipFile(target)
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "HYPERLINK" in sheet
    assert "'=HYPERLINK" in sheet
    # A date is a number with the format of a date.
    assert "<v>46142</v>" in sheet


def test_what_does_not_fit_a_cell_of_a_workbook_is_said_and_not_cut(importer: Importer) -> None:
    ProjectFactory(description="x" * 40_000)
    target = importer.folder / "out.xlsx"
    err = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command(
            "export_dataset", "projects", "--format", "xlsx", "-o", str(target), stderr=err
        )
    assert stop.value.code == 2
    assert "A description has 40,000 characters" in err.getvalue()
    assert exported("projects", importer.folder / "out.csv")["rows"] == 1


def test_a_stale_row_of_every_dataset_is_refused_and_the_others_are_written(
    importer: Importer,
) -> None:
    first, second = TaskFactory(status="todo"), TaskFactory(status="todo")
    target = importer.folder / "out.csv"
    exported("tasks", target)
    text = target.read_text("utf-8-sig").replace(",todo,", ",done,")
    Task.objects.filter(pk=first.pk).update(due_date="2026-01-01")
    result = importer.text("tasks", text)
    assert (result.updated, result.failed) == (1, 1)
    assert result.messages() == ["The record has changed since it was exported. Export it again."]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("todo", "done")
