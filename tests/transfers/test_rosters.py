"""Rosters of the shape that customers send: their headers, their words, their gaps."""

import pytest

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from tests.transfers.engine import Importer, Outcome, text_of

ORGANIZATIONS = [
    ["Committee", "Committee ID", "Chamber", "Type", "Website"],
    ["Harbor and Tides", "0f31-a", "upper", "committee", "https://example.org/1"],
    ["Finance", "0f31-b", "upper", "committee", "https://example.org/2"],
    ["Finance", "0f31-c", "lower", "committee", "https://example.org/3"],
]
MEMBERS = [
    ["Committee", "Committee ID", "Position", "Member name", "First", "Last", "E-mail", "Office phone", "Party"],
    ["Harbor and Tides", "0f31-a", "co-chair", "Ada Harper", "Ada", "Harper", "Ada.Harper@example.org", "919-555-0100", "X"],
    ["Harbor and Tides", "0f31-a", "vice chair", "Ben Ito", "Ben", "Ito", "ben.ito@example.org", "919-555-0101", "Y"],
    ["Finance", "0f31-b", "chair", "Ada Harper", "Ada", "Harper", "ada.harper@example.org", "919-555-0100", "X"],
    ["Finance", "0f31-b", "member", "Cy Vacant", "", "", "", "", ""],
    ["Finance", "0f31-c", "ranking member", "Dee Moss", "Dee", "Moss", "dee.moss@example.org", "", "Y"],
    ["Finance", "0f31-c", "chair", "Eve Orr", "Eve", "Orr", "eve.orr@example.org", "919-555-0104", "Y"],
    ["Finance", "0f31-c", "member", "Eve Orr", "Eve", "Orr", "eve.orr@example.org", "919-555-0104", "Y"],
]  # fmt: skip


@pytest.fixture
def imported(importer: Importer) -> Outcome:
    first = importer.rows("organizations", ORGANIZATIONS)
    assert first.code == 0, first.err
    assert first.created == 3
    return importer.rows("members", MEMBERS)


def test_headers_and_roles_of_a_customer_are_understood_without_a_map(imported: Outcome) -> None:
    roles = {
        (membership.user.email, membership.organization.external_id): membership.role
        for membership in Membership.objects.select_related("user", "organization")
    }
    assert roles == {
        ("ada.harper@example.org", "0f31-a"): "owner",
        ("ben.ito@example.org", "0f31-a"): "admin",
        ("ada.harper@example.org", "0f31-b"): "owner",
        ("dee.moss@example.org", "0f31-c"): "member",
    }
    assert User.objects.get(email="ada.harper@example.org").phone == "919-555-0100"


def test_two_organizations_of_one_name_get_two_slugs(imported: Outcome) -> None:
    assert set(Organization.objects.values_list("slug", flat=True)) == {
        "harbor-and-tides", "finance", "finance-2",
    }  # fmt: skip


def test_who_has_no_email_is_refused_with_the_sheets_own_row_number(imported: Outcome) -> None:
    assert imported.code == 3
    missing = [p for p in imported.problems if p["field"] == "email"]
    assert [(p["row"], p["message"]) for p in missing] == [(5, "E-mail is missing.")]


def test_two_roles_for_one_membership_refuse_both_rows(imported: Outcome) -> None:
    conflicts = [p for p in imported.problems if p["field"] == "role"]
    assert [p["row"] for p in conflicts] == [7, 8]
    assert (
        "2 rows disagree about this membership: role is “chair” in row 7, “member” in row 8."
        in conflicts[0]["message"]
    )
    assert not User.objects.filter(email="eve.orr@example.org").exists()


def test_what_is_not_imported_is_said(imported: Outcome) -> None:
    assert imported.not_imported == ["Committee", "Member name", "Party"]


def test_the_same_file_again_changes_nothing_and_says_so(
    imported: Outcome, importer: Importer
) -> None:
    before = Membership.history.count(), User.history.count(), Organization.history.count()
    again = importer.rows("members", MEMBERS)
    organizations = importer.rows("organizations", ORGANIZATIONS)
    assert (again.created, again.updated, again.unchanged, again.failed) == (0, 0, 4, 3)
    assert (organizations.code, organizations.unchanged) == (0, 3)
    assert (
        Membership.history.count(),
        User.history.count(),
        Organization.history.count(),
    ) == before


def test_a_change_of_role_and_of_phone_is_an_update(imported: Outcome, importer: Importer) -> None:
    changed = [list(row) for row in MEMBERS[:3]]
    changed[2][2], changed[2][7] = "member", "919-555-9999"
    result = importer.rows("members", changed)
    assert (result.updated, result.unchanged) == (1, 1)
    membership = Membership.objects.get(user__email="ben.ito@example.org")
    assert (membership.role, membership.user.phone) == ("member", "919-555-9999")


def test_an_empty_cell_leaves_what_is_there_unless_it_is_to_clear(
    imported: Outcome, importer: Importer
) -> None:
    changed = [list(row) for row in MEMBERS[:2]]
    changed[1][7] = ""
    assert importer.rows("members", changed).unchanged == 1
    cleared = importer.rows("members", changed, "--blank", "phone=clear")
    assert cleared.updated == 1
    assert User.objects.get(email="ada.harper@example.org").phone == ""


def test_an_unknown_role_is_refused_and_can_be_given_a_meaning(importer: Importer) -> None:
    importer.rows("organizations", ORGANIZATIONS)
    rows = [MEMBERS[0], ["", "0f31-a", "grand poobah", "", "Flo", "Kay", "flo@example.org", "", ""]]
    refused = importer.rows("members", rows)
    assert refused.messages() == [
        "“grand poobah” is not a known role. Choose its meaning on the Columns step."
    ]
    taught = importer.rows("members", rows, "--value", "role:grand poobah=viewer")
    assert taught.code == 0
    assert Membership.objects.get(user__email="flo@example.org").role == "viewer"


def test_every_record_of_an_import_names_it_in_its_history(imported: Outcome) -> None:
    from apps.audit.models import ChangeSet

    change_sets = set(Membership.history.values_list("change_set", flat=True))
    runs = set(ChangeSet.objects.filter(pk__in=change_sets).values_list("run_id", flat=True))
    assert runs == {str(imported.run)}


def test_a_dry_run_plans_and_writes_nothing(importer: Importer) -> None:
    result = importer.rows("organizations", ORGANIZATIONS, "--dry-run")
    assert (result.code, result.state, result.created) == (0, "planned", 3)
    assert not Organization.objects.exists()


def test_stop_on_error_applies_nothing(importer: Importer) -> None:
    importer.rows("organizations", ORGANIZATIONS)
    result = importer.rows("members", MEMBERS, "--on-error", "stop")
    assert (result.code, result.state) == (3, "failed")
    assert not Membership.objects.exists()
    good = importer.rows("members", MEMBERS[:4], "--on-error", "stop")
    assert (good.code, good.state, good.created) == (0, "applied", 3)


def test_mode_create_and_mode_update_keep_to_their_word(
    imported: Outcome, importer: Importer
) -> None:
    rows = [
        MEMBERS[0],
        ["", "0f31-a", "member", "", "Ada", "Changed", "ada.harper@example.org", "", ""],
        ["", "0f31-a", "member", "", "New", "Person", "new@example.org", "", ""],
    ]
    rows[1][2] = "owner"
    created = importer.rows("members", rows, "--mode", "create")
    assert (created.created, created.skipped) == (1, 1)
    assert User.objects.get(email="ada.harper@example.org").last_name == "Harper"
    rows[2][6] = "newer@example.org"
    updated = importer.rows("members", rows, "--mode", "update")
    assert (updated.updated, updated.skipped) == (1, 1)
    assert not User.objects.filter(email="newer@example.org").exists()


def test_missing_organizations_are_made_when_that_is_approved(importer: Importer) -> None:
    rows = [["E-mail", "Committee", "Position"], ["a@example.org", "Brand New", "chair"]]
    refused = importer.rows("members", rows)
    assert refused.messages() == ["There is no organization “Brand New”."]
    made = importer.rows("members", rows, "--create-missing", "organization")
    assert (made.code, made.created) == (0, 1)
    assert Organization.objects.get().slug == "brand-new"


def test_projects_and_tasks_are_found_within_their_organization(importer: Importer) -> None:
    importer.rows("organizations", ORGANIZATIONS)
    projects = [["Organization", "Project", "Status"], ["0f31-b", "Budget", "active"], ["0f31-c", "Budget", "draft"]]  # fmt: skip
    assert importer.rows("projects", projects).created == 2
    importer.rows("members", MEMBERS)
    tasks = [
        ["Organization", "Project name", "Task", "Status", "Due date", "Assignee"],
        ["0f31-b", "Budget", "Draft it", "doing", "2026-04-30", "ada.harper@example.org"],
        ["0f31-c", "Budget", "Draft it", "done", "", ""],
        ["0f31-a", "Budget", "Lost", "done", "", ""],
    ]
    result = importer.rows("tasks", tasks)
    assert (result.created, result.refused_rows()) == (2, [4])
    assert importer.rows("tasks", tasks).unchanged == 2


def test_the_text_form_of_rows_is_what_the_file_holds() -> None:
    assert text_of([["a", "b,c"]], ";") == "a;b,c\n"
