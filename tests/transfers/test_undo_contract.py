"""The preview of an undo is a contract: it names everything that the undo does, and the undo does just that."""

from collections.abc import Callable

import pytest
from django.db import connection

from apps.accounts.anonymization.services import user_anonymize
from apps.accounts.models import User
from apps.organizations.models import Membership, Organization, Role
from apps.projects.models import Project, Task
from apps.transfers.models import ImportRun
from apps.transfers.selectors import plan_rows, undo_preview, undo_rows
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.transfers.engine import Importer, Outcome
from tests.transfers.test_undo import undone

MODELS = (Organization, Membership, User, Project, Task)


def counts() -> dict[str, int]:
    """Living records of every kind that an import writes."""
    found = {model.__name__: model.objects.count() for model in MODELS}
    return found | {"active": User.objects.filter(status="active").count()}


def new_people(importer: Importer) -> Outcome:
    """New organizations by their names, new people with several memberships, people who were there."""
    OrganizationFactory(name="Harbor", external_id="H-1")
    UserFactory(email="old@example.org", phone="")
    return importer.members(
        ["p1@example.org", "Ann", "Ash", "", "H-1", "chair"],
        ["p2@example.org", "Ben", "Bee", "", "Brand New", "vice chair"],
        ["p1@example.org", "Ann", "Ash", "", "Brand New", "member"],
        ["old@example.org", "", "", "919-555-0100", "Other New", "member"],
        ["p3@example.org", "Cy", "Cole", "", "Third New", "viewer"],
        options=("--create-missing", "organization"),
    )


def changed_members(importer: Importer) -> Outcome:
    """People and memberships that were there and changed; one is new."""
    harbor = OrganizationFactory(name="Harbor", external_id="H-1")
    OwnerFactory(organization=harbor)
    for n in range(1, 5):
        user = UserFactory(email=f"p{n}@example.org", first_name="Old", phone="")
        MembershipFactory(user=user, organization=harbor, role=Role.MEMBER)
    return importer.members(
        *([f"p{n}@example.org", "New", "", f"919-555-010{n}", "H-1", "admin"] for n in range(1, 5)),
        ["p9@example.org", "New", "", "", "H-1", "viewer"],
    )


def brought_back(importer: Importer) -> Outcome:
    """People that an undo deactivated and the same file brings back."""
    OrganizationFactory(name="Harbor", external_id="H-1")
    rows = [[f"p{n}@example.org", "Ann", "Ash", "", "H-1", "member"] for n in range(1, 5)]
    undone(importer.members(*rows).run)
    rows[1][1] = "Anna"
    return importer.members(*rows, ["p9@example.org", "", "", "", "H-1", "member"])


def organizations(importer: Importer) -> Outcome:
    OrganizationFactory(name="Harbor", external_id="H-1", slug="harbor")
    return importer.organizations(["Harbour", "H-1"], ["Dock", "D-1"], ["Quay", "Q-1"])


def projects(importer: Importer) -> Outcome:
    ProjectFactory(name="Quay", description="", organization__external_id="H-1")
    return importer.rows(
        "projects",
        [
            ["Organization", "Project", "Description"],
            ["H-1", "Quay", "New"],
            ["H-1", "Pier", ""],
            ["Brand New", "Dock", ""],
            ["Brand New", "Ramp", ""],
        ],
        "--create-missing",
        "organization",
    )


def tasks(importer: Importer) -> Outcome:
    project = ProjectFactory(name="Quay", organization__external_id="H-1")
    TaskFactory(project=project, title="Dig", due_date=None)
    UserFactory(email="ada@example.org")
    return importer.rows(
        "tasks",
        [
            ["Organization", "Project", "Task", "Due", "Assignee"],
            ["H-1", "Quay", "Dig", "2026-04-30", "ada@example.org"],
            ["H-1", "Quay", "Fill", "", ""],
        ],
    )


def nothing() -> None:
    """Nobody did anything in between."""


def memberships_elsewhere() -> None:
    """A membership that somebody changed keeps its person, created by an earlier row of the file."""
    Membership.objects.filter(user__email="p1@example.org").order_by("-organization__name").update(
        role=Role.VIEWER
    )


def one_membership_changed() -> None:
    last = Membership.objects.filter(user__email="p1@example.org").order_by("pk").last()
    if last is not None:
        Membership.objects.filter(pk=last.pk).update(role=Role.VIEWER)


def used() -> None:
    """Others lean on some of the records."""
    for person in User.objects.filter(email__in=["p2@example.org", "p3@example.org"]):
        Membership.objects.create(user=person, organization=OrganizationFactory(), role="member")
    for organization in Organization.objects.filter(name__in=["Other New", "Dock", "Harbor"]):
        ProjectFactory(organization=organization)
    for project in Project.objects.filter(name__in=["Pier", "Ramp"]):
        TaskFactory(project=project)


def changed() -> None:
    User.objects.filter(email="p3@example.org").update(phone="919-555-9999")
    Organization.objects.filter(name__in=["Third New", "Quay", "Brand New"]).update(
        status="suspended"
    )
    Project.objects.filter(name__in=["Quay", "Dock"]).update(description="Mine")
    Task.objects.filter(title="Fill").update(status="done")


def gone() -> None:
    Membership.objects.filter(user__email="p2@example.org").delete()
    User.objects.filter(email="p3@example.org").update(status="deactivated")
    Task.objects.filter(title="Fill").delete()


@pytest.mark.parametrize(
    ("meanwhile", "chunk"),
    [
        (nothing, 20_000),
        (one_membership_changed, 1),
        (memberships_elsewhere, 2),
        (used, 2),
        (used, 20_000),
        (changed, 2),
        (gone, 3),
    ],
)
@pytest.mark.parametrize(
    "imported", [new_people, changed_members, brought_back, organizations, projects, tasks]
)
def test_an_undo_does_what_its_preview_says(
    importer: Importer,
    monkeypatch: pytest.MonkeyPatch,
    imported: Callable[[Importer], Outcome],
    meanwhile: Callable[[], None],
    chunk: int,
) -> None:
    monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", chunk)
    run = imported(importer)
    assert run.failed == 0, run.json
    meanwhile()
    before = counts()
    preview = undo_preview(run.record)

    _, result, error = undone(run.run)

    undo = run.record.undo_runs.get()
    assert undo.results.get("records") == preview.records, error
    assert (result["removed"], result["reverted"]) == (preview.removed, preview.reverted)
    assert result["kept"] == preview.kept_count
    kept = {row.number: row.problems[0]["message"] for row in undo_rows(run.record).rows}
    assert set(kept) == {line["number"] for line in preview.kept}
    assert all(line["why"].startswith(kept[line["number"]]) for line in preview.kept)
    # And what was counted is what went: nothing else is touched by an undo.
    after = counts()
    went = {name: before[name] - after[name] for name in before}
    shown = {
        key: sum(n for what, n in each.items() if what in ("removed", "trashed"))
        for key, each in preview.records.items()
    }
    assert went["Organization"] == shown.get("organization", 0) + shown.get("made:organization", 0)
    assert went["Membership"] == shown.get("membership", 0)
    assert went["Project"] == shown.get("project", 0)
    assert went["Task"] == shown.get("task", 0)
    assert went["User"] == 0
    people = preview.records.get("person", {})
    assert went["active"] == people.get("deactivated", 0) + people.get("deactivated_again", 0)


def test_a_preview_names_the_organizations_that_the_import_created(importer: Importer) -> None:
    run = new_people(importer)
    assert undo_preview(run.record).lines == [
        "5 memberships created by the import are removed.",
        "3 people created by the import are deactivated.",
        "1 person is restored to the values from before the import, field by field.",
        "3 organizations created by the import are moved to the trash.",
    ]


def test_a_row_that_another_row_holds_is_kept_in_the_preview_too(importer: Importer) -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    OrganizationFactory(name="Dock", external_id="D-1")
    run = importer.members(
        ["p1@example.org", "Ann", "Ash", "", "H-1", "member"],
        ["p2@example.org", "Ben", "Bee", "", "H-1", "member"],
        ["p1@example.org", "Ann", "Ash", "", "D-1", "member"],
    )
    Membership.objects.filter(organization__external_id="D-1").update(role=Role.ADMIN)
    preview = undo_preview(run.record)
    assert preview.records == {"membership": {"removed": 2}, "person": {"deactivated": 1}}
    assert [line["number"] for line in preview.kept] == [2, 4]


def test_what_an_undo_kept_can_be_undone_when_what_held_it_is_gone(importer: Importer) -> None:
    run = new_people(importer)
    membership = MembershipFactory(user=User.objects.get(email="p3@example.org"))
    project = ProjectFactory(organization=Organization.objects.get(name="Other New"))
    code, result, _ = undone(run.run)
    assert (code, result["state"], result["kept"]) == (3, "undone_in_part", 2)
    preview = undo_preview(run.record)
    assert (preview.possible, preview.again, preview.removed, preview.kept_count) == (
        True,
        True,
        0,
        2,
    )

    membership.delete()
    Project.all_objects.filter(pk=project.pk).hard_delete()
    preview = undo_preview(run.record)
    assert preview.records == {"person": {"deactivated": 1}, "made:organization": {"trashed": 1}}
    code, result, _ = undone(run.run)

    assert (code, result["state"], result["kept"], result["removed"]) == (0, "undone", 0, 2)
    assert not Organization.objects.filter(name="Other New").exists()
    assert User.objects.get(email="p3@example.org").status == "deactivated"
    assert undone(run.run)[0] == 2


def state(run: Outcome) -> tuple[str, list[str]]:
    record = ImportRun.objects.get(pk=run.run)
    return record.state, [undo.state for undo in record.undo_runs.order_by("id")]


def test_two_imports_undone_in_the_wrong_order_leave_neither_ones_value(importer: Importer) -> None:
    OrganizationFactory(name="Zero", external_id="O-1")
    one = importer.organizations(["One", "O-1"])
    two = importer.organizations(["Two", "O-1"])
    three = importer.organizations(["Three", "O-1"])
    assert undone(one.run)[1]["kept"] == 1
    assert undone(two.run)[1]["kept"] == 1
    lines = undo_preview(three.record).lines
    assert f"Run {one.run} (roster.csv) was undone earlier and kept 1 row of these records; it is tried again afterward." in lines  # fmt: skip
    undone(three.run)
    assert Organization.objects.get(external_id="O-1").name == "Zero"
    assert state(one) == ("undone", ["undone_in_part", "undone"])
    assert state(two) == ("undone", ["undone_in_part", "undone"])


def test_what_an_undone_import_created_goes_with_the_later_one(importer: Importer) -> None:
    one = importer.organizations(["One", "O-1"], ["Other", "O-2"])
    two = importer.organizations(["Two", "O-1"])
    undone(one.run)
    assert Organization.objects.get().name == "Two"
    undone(two.run)
    assert not Organization.objects.exists()


def test_people_of_an_undone_import_go_with_the_import_that_held_them(importer: Importer) -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    one = importer.members(
        ["p1@example.org", "Ann", "Ash", "", "Brand New", "member"],
        options=("--create-missing", "organization"),
    )
    two = importer.members(
        ["p1@example.org", "", "", "", "H-1", "member"],
        ["p2@example.org", "", "", "", "Brand New", "member"],
    )
    undone(one.run)
    assert Organization.objects.filter(name="Brand New").exists()
    undone(two.run)
    assert set(User.objects.values_list("status", flat=True)) == {"deactivated"}
    assert not Organization.objects.filter(name="Brand New").exists()
    assert not Membership.objects.exists()


def cells(run: Outcome) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM import_plan_{run.run} t")  # noqa: S608
        return str(cursor.fetchone()[0])


def test_removing_a_persons_data_leaves_the_other_rows_to_be_undone(importer: Importer) -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    OrganizationFactory(name="Dock", external_id="D-1")
    run = importer.members(
        ["p1@example.org", "Ann", "Ash", "919-555-0101", "H-1", "member"],
        ["ida@example.org", "Ida", "Bergson", "919-555-0102", "H-1", "member"],
        ["p3@example.org", "Cy", "Cole", "919-555-0103", "H-1", "member"],
        ["ida@example.org", "Ida", "Bergson", "919-555-0102", "D-1", "member"],
        ["no address", "Ida", "Bergson", "", "H-1", "member"],
    )
    user_anonymize(user=User.objects.get(email="ida@example.org"), actor=None, reason="By letter")
    for word in ("ida@", "Bergson", "555-0102"):
        assert word not in cells(run)
    assert "Cole" in cells(run)
    assert [row.outcome for row in plan_rows(run.record).rows] == [
        "applied", "erased", "applied", "erased", "",
    ]  # fmt: skip
    preview = undo_preview(run.record)
    assert (preview.possible, preview.kept_count) == (True, 0)
    code, result, _ = undone(run.run)
    assert (code, result["removed"]) == (0, 4)
    assert not Membership.objects.exists()


def test_a_row_that_only_mentions_a_removed_person_can_be_undone(importer: Importer) -> None:
    ProjectFactory(name="Quay", organization__external_id="H-1")
    UserFactory(email="ida@example.org")
    run = importer.rows(
        "tasks",
        [
            ["Organization", "Project", "Task", "Assignee"],
            ["H-1", "Quay", "Dig", "ida@example.org"],
            ["H-1", "Quay", "Fill", ""],
        ],
    )
    user_anonymize(user=User.objects.get(email="ida@example.org"), actor=None, reason="By letter")
    assert "ida@" not in cells(run)
    preview = undo_preview(run.record)
    undone(run.run)
    assert run.record.undo_runs.get().results["records"] == preview.records
    assert not Task.objects.filter(title="Fill").exists()
