"""Taking an import back: what was created goes, what was changed goes back, the rest is kept."""

import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import Event
from apps.organizations.models import Membership, Organization
from apps.projects.models import Task
from apps.transfers.engine.driver import advance
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.selectors import plan_rows, undo_preview, undo_rows
from apps.transfers.services import import_run_confirm
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.transfers.engine import Importer, Outcome

ROWS = [
    ["p1@example.org", "Ann", "Ash", "919-555-0001", "H-1", "chair"],
    ["p2@example.org", "Ben", "Bee", "919-555-0002", "H-1", "member"],
    ["p3@example.org", "Cy", "Cole", "919-555-0003", "H-1", "member"],
]


def undone(run: int, *options: str) -> tuple[int, dict[str, Any], str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("undo_import", str(run), "--json", *options, stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(stop.code or 0)
    text = out.getvalue().strip()
    return code, json.loads(text) if text else {}, err.getvalue()


@pytest.fixture
def imported(importer: Importer) -> Outcome:
    OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")
    return importer.members(*ROWS)


def test_memberships_go_and_people_are_deactivated(imported: Outcome) -> None:
    preview = undo_preview(imported.record)
    assert (preview.possible, preview.removed, preview.kept_count) == (True, 6, 0)
    code, result, _ = undone(imported.run)
    assert (code, result["state"], result["removed"]) == (0, "undone", 6)
    assert not Membership.objects.exists()
    assert set(User.objects.values_list("status", flat=True)) == {"deactivated"}
    assert imported.record.state == ImportRun.State.UNDONE
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == ["import", "undo"]


def test_an_undo_knows_how_large_the_tables_are_by_now(importer: Importer) -> None:
    """Statistics from before the import would have each step of its undo scan a table it takes for empty."""
    OrganizationFactory(external_id="H-1")
    rows = [[f"n{n}@example.org", "Ann", "Ash", "", "H-1", "member"] for n in range(50)]
    imported = importer.members(*rows)
    with connection.cursor() as cursor:
        undone(imported.run)
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'accounts_user'::regclass")
        assert cursor.fetchone()[0] == User.objects.count()


def test_an_undo_leaves_its_own_trail(imported: Outcome) -> None:
    before = Membership.history.count()
    undone(imported.run)
    assert Membership.history.count() == before + 3
    assert Membership.history.filter(history_type="-").count() == 3


def test_changed_fields_go_back_and_later_changes_are_kept(
    imported: Outcome, importer: Importer
) -> None:
    changed = [list(row) for row in ROWS]
    changed[1][3], changed[1][5] = "919-555-2222", "vice chair"
    changed[2][1], changed[2][3] = "Cyrus", "919-555-3333"
    second = importer.members(*changed)
    assert second.updated == 2
    User.objects.filter(email="p3@example.org").update(phone="919-555-9999")
    preview = undo_preview(second.record)
    assert [line["number"] for line in preview.kept] == [4]
    code, result, _ = undone(second.run)
    assert (code, result["state"], result["kept"]) == (3, "undone_in_part", 1)
    ben, cy = User.objects.get(email="p2@example.org"), User.objects.get(email="p3@example.org")
    assert (ben.phone, ben.memberships.get().role) == ("919-555-0002", "member")
    # Field by field: the name goes back, the phone that somebody has changed since stays.
    assert (cy.first_name, cy.phone) == ("Cy", "919-555-9999")
    kept = undo_rows(second.record).rows
    assert [(row.number, row.problems[0]["message"]) for row in kept] == [
        (4, "It was changed since the import."),
    ]


def test_what_others_use_by_now_is_kept(imported: Outcome) -> None:
    other = OrganizationFactory(external_id="O-1")
    ben = User.objects.get(email="p2@example.org")
    Membership.objects.create(user=ben, organization=other, role="member")
    code, result, _ = undone(imported.run)
    assert (code, result["kept"]) == (3, 1)
    ben.refresh_from_db()
    assert ben.status == "active"


def test_organizations_go_to_the_trash_and_those_in_use_stay(importer: Importer) -> None:
    first = importer.organizations(["Harbor", "H-1"], ["Tides", "T-1"])
    importer.members(*ROWS)
    code, result, _ = undone(first.run)
    assert (code, result["removed"], result["kept"]) == (3, 1, 1)
    assert list(Organization.objects.values_list("external_id", flat=True)) == ["H-1"]
    assert Organization.all_objects.get(external_id="T-1").is_deleted


def test_a_later_owner_is_not_taken_from_an_organization_that_had_one(
    imported: Outcome, importer: Importer
) -> None:
    second = importer.members(
        ["p9@example.org", "Ida", "Ivy", "", "H-1", "chair"], ["p8@example.org", "Jo", "Jay", "", "H-1", "member"]
    )  # fmt: skip
    Membership.objects.filter(user__email="p1@example.org").delete()
    code, result, _ = undone(second.run)
    assert (code, result["kept"]) == (3, 1)
    assert Membership.objects.get(role="owner").user.email == "p9@example.org"
    assert not Membership.objects.filter(user__email="p8@example.org").exists()


def test_undoing_twice_and_undoing_nothing_are_said(imported: Outcome) -> None:
    undone(imported.run)
    code, _, err = undone(imported.run)
    assert (code, err.strip()) == (2, "This import was already undone.")
    code, _, err = undone(999_999)
    assert (code, err.strip()) == (2, "There is no import run 999999.")
    assert UndoRun.objects.count() == 1


def test_an_organization_that_the_import_made_goes_again(importer: Importer) -> None:
    rows = [["E-mail", "Committee"], ["a@example.org", "Brand New"]]
    made = importer.rows("members", rows, "--create-missing", "organization")
    code, result, _ = undone(made.run)
    assert (code, result["removed"]) == (0, 3)
    assert not Organization.objects.exists()


def test_people_who_rows_name_are_no_records_that_the_import_may_have_made(
    importer: Importer,
) -> None:
    ProjectFactory(name="Quay", organization__external_id="H-1")
    UserFactory(email="ada@example.org")
    rows = [
        ["Organization", "Project", "Task", "Assignee"],
        ["H-1", "Quay", "Dig", "ada@example.org"],
    ]
    made = importer.rows("tasks", rows, "--create-missing", "organization")
    assert made.created == 1

    code, result, _ = undone(made.run)

    assert (code, result["state"], result["removed"]) == (0, "undone", 1)
    assert not Task.objects.exists()


def people() -> list[tuple[Any, ...]]:
    fields = ("email", "first_name", "last_name", "phone", "status", "is_active", "is_staff")
    return list(User.objects.order_by("email").values_list(*fields))


def memberships() -> list[tuple[Any, ...]]:
    found = Membership.objects.order_by("user__email", "organization__slug")
    return list(found.values_list("user__email", "organization__external_id", "role"))


def test_the_same_file_after_an_undo_brings_back_what_the_first_import_made(
    imported: Outcome, importer: Importer
) -> None:
    people_then, memberships_then = people(), memberships()
    undone(imported.run)
    planned = importer.members(*ROWS, options=("--dry-run",))
    assert [impact["sentence"] for impact in planned.record.impacts] == [
        "Makes 1 person an owner.",
        "Reactivates 3 people deactivated when an import was undone.",
    ]
    assert plan_rows(planned.record).rows[0].changes["back:person"] == ("deactivated", "active")

    again = importer.members(*ROWS)

    assert (again.code, again.created, again.failed) == (0, 3, 0)
    assert (people(), memberships()) == (people_then, memberships_then)
    ann = User.history.filter(email="p1@example.org").order_by("history_id")
    assert list(ann.values_list("history_type", "status", "change_set__source")) == [
        ("+", "active", "import"), ("~", "deactivated", "undo"), ("~", "active", "import"),
    ]  # fmt: skip
    third = importer.members(*ROWS)
    assert (third.unchanged, third.updated) == (3, 0)

    # And there and back once more, people and memberships alike.
    preview = undo_preview(again.record)
    assert (
        "3 people reactivated by the import are deactivated again." in preview.lines,
        preview.kept_count,
    ) == (True, 0)
    assert undone(again.run)[1]["state"] == "undone"
    assert {status for *_, status, _, _ in people()} == {"deactivated"}
    assert memberships() == []


def test_who_came_back_and_is_needed_by_now_stays(imported: Outcome, importer: Importer) -> None:
    undone(imported.run)
    again = importer.members(*ROWS)
    ben = User.objects.get(email="p2@example.org")
    Membership.objects.create(user=ben, organization=OrganizationFactory(), role="member")
    assert [line["number"] for line in undo_preview(again.record).kept] == [3]
    code, result, _ = undone(again.run)
    assert (code, result["kept"]) == (3, 1)
    ben.refresh_from_db()
    assert ben.status == "active"


@pytest.mark.parametrize("then_undone", [False, True])
def test_who_a_person_deactivated_no_import_brings_back_and_the_row_says_so(
    imported: Outcome, importer: Importer, then_undone: bool
) -> None:
    boss = StaffFactory(first_name="Bo", last_name="Ss")
    ben = User.objects.get(email="p2@example.org")
    with audit_context(actor=boss, reason="They left the company"):
        User.objects.filter(pk=ben.pk).update(status="deactivated")
    if then_undone:
        undone(imported.run)
    rows = [list(row) for row in ROWS]
    rows[1][3] = "919-555-7777"

    again = importer.members(*rows)

    ben.refresh_from_db()
    if then_undone:
        # The membership is gone: as on the page, somebody who is deactivated gets no new one.
        assert (ben.status, ben.phone) == ("deactivated", "919-555-0002")
        assert [problem["row"] for problem in again.problems] == [3]
        assert "can't get a new membership" in again.problems[0]["message"]
        return
    assert (ben.status, ben.phone) == ("deactivated", "919-555-7777")
    row = plan_rows(again.record, search="3").rows[0]
    (note,) = row.problems
    assert note["code"] == "note"
    assert re.fullmatch(
        r"This person was deactivated on \d{4}-\d\d-\d\d by Bo Ss \(“They left the company”\) "
        r"and stays deactivated\.",
        note["message"],
    )
    assert again.problems == []


def test_who_was_brought_back_by_hand_in_between_is_drifted(
    imported: Outcome, importer: Importer
) -> None:
    undone(imported.run)
    planned = importer.members(*ROWS, options=("--dry-run",)).record
    User.objects.filter(email="p3@example.org").update(status="active")
    import_run_confirm(run=planned, plan_token=planned.plan_token, reason="x", actor=None)
    advance(planned.pk)
    planned.refresh_from_db()
    assert (planned.state, planned.results["drifted"]) == ("applied_in_part", 1)
    assert plan_rows(planned, outcome="drifted").rows[0].number == 4
