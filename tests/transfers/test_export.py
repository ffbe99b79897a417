"""What goes out is safe to open, and changes nothing when it comes back."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.errors import DomainError
from apps.organizations.models import Membership
from apps.projects.models import Task
from apps.transfers.engine.export_query import defused
from apps.transfers.models import ExportRun
from apps.transfers.services import export_stream
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import TaskFactory
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


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1", "'=1"), ("'=1", "''=1"), ("'s", "'s"), ("a=1", "a=1"), ("\uff0b1", "'\uff0b1")],
)
def test_defusing_is_undone_by_one_quote(text: str, safe: str) -> None:
    assert defused(text) == safe


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
    agent = StaffFactory(may=["transfers.export_data", "organizations.view_membership"])
    MembershipFactory()
    run, content = export_stream(dataset="members", fields=["email"], actor=agent)
    assert len(b"".join(content).splitlines()) == 2
    run.refresh_from_db()
    assert (run.user, run.rows, run.fields) == (agent, 1, ["email"])
    event = Event.objects.get(kind="export")
    assert (event.target_pk, event.data["fields"]) == (str(run.pk), ["email"])


def test_without_the_permission_nothing_goes_out() -> None:
    with pytest.raises(DomainError, match="may not export"):
        export_stream(dataset="members", actor=StaffFactory(may=["transfers.export_data"]))
    assert not ExportRun.objects.exists()
