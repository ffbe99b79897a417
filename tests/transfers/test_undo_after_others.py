"""An undo after other people's work: theirs is kept field by field, and nothing of it stops the rest."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization, Role, StaffOrganization
from apps.transfers.engine.undo import driver as undo_driver
from apps.transfers.models import UndoRun
from apps.transfers.selectors import undo_preview, undo_rows
from apps.transfers.services import import_run_undo
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.transfers.engine import Importer, Outcome
from tests.transfers.test_undo import undone


def reasons(outcome: Outcome) -> dict[int, str]:
    return {row.number: row.problems[0]["message"] for row in undo_rows(outcome.record).rows}


def test_a_column_that_the_file_did_not_have_counts_as_a_change_too(importer: Importer) -> None:
    run = importer.organizations(["Harbor", "H-1"], ["Dock", "D-1"], ["Quay", "Q-1"])
    Organization.objects.filter(external_id="H-1").update(status="suspended")
    Organization.objects.filter(external_id="D-1").update(slug="docks")
    assert undo_preview(run.record).kept_count == 2
    code, result, _ = undone(run.run)
    assert (code, result["kept"], result["removed"]) == (3, 2, 1)
    assert set(Organization.objects.values_list("external_id", flat=True)) == {"H-1", "D-1"}
    assert set(reasons(run)) == {2, 3}


def test_a_role_given_since_keeps_the_membership_of_a_file_without_roles(
    importer: Importer, harbor: Organization
) -> None:
    run = importer.rows(
        "members",
        [
            ["E-mail", "Organization"],
            ["a@example.org", "harbor-finance"],
            ["b@example.org", "harbor-finance"],
        ],
    )
    Membership.objects.filter(user__email="a@example.org").update(role=Role.ADMIN)
    User.objects.filter(email="b@example.org").update(phone="919-555-0100")
    _, result, _ = undone(run.run)
    assert result["kept"] == 2
    assert Membership.objects.get().user.email == "a@example.org"
    assert set(User.objects.values_list("status", flat=True)) == {"active"}


def test_a_slug_that_somebody_has_taken_since_keeps_the_row_and_not_the_run(
    importer: Importer,
) -> None:
    one = OrganizationFactory(name="One", slug="one", external_id="O-1")
    two = OrganizationFactory(name="Two", slug="two", external_id="T-1")
    run = importer.rows(
        "organizations",
        [["Name", "External ID", "Slug"], ["Uno", "O-1", "uno"], ["Due", "T-1", "due"]],
    )
    OrganizationFactory(name="Newcomer", slug="one")
    assert undo_preview(run.record).kept_count == 1
    code, result, error = undone(run.run)
    assert (code, result["state"], result["kept"]) == (3, "undone_in_part", 1), error
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, one.slug) == ("One", "uno")
    assert (two.name, two.slug) == ("Two", "two")
    assert "slug" in reasons(run)[2]


def test_an_owner_made_by_the_run_who_is_needed_by_now_stays_owner(importer: Importer) -> None:
    harbor = OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")
    old = OwnerFactory(organization=harbor)
    membership = MembershipFactory(organization=harbor, user=UserFactory(email="new@example.org"))
    run = importer.members(["new@example.org", "", "", "", "H-1", "owner"])
    assert run.updated == 1
    old.delete()
    _, result, _ = undone(run.run)
    membership.refresh_from_db()
    assert membership.role == Role.OWNER
    assert result["kept"] == 1


def test_who_answers_for_the_organization_by_now_stays_its_owner(importer: Importer) -> None:
    harbor = OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")
    OwnerFactory(organization=harbor)
    membership = MembershipFactory(organization=harbor, user=UserFactory(email="new@example.org"))
    run = importer.members(["new@example.org", "", "", "", "H-1", "owner"])
    Organization.objects.filter(pk=harbor.pk).update(owner=membership.user)
    code, result, _ = undone(run.run)
    membership.refresh_from_db()
    assert (code, membership.role, result["kept"]) == (3, Role.OWNER, 1)


def test_an_organization_that_the_import_made_and_somebody_changed_stays(
    importer: Importer,
) -> None:
    run = importer.members(
        ["a@example.org", "", "", "", "Quay", ""], options=("--create-missing", "organization")
    )
    Organization.objects.filter(name="Quay").update(status="suspended")
    code, result, _ = undone(run.run)
    assert (code, result["kept"]) == (3, 1)
    assert Organization.objects.filter(name="Quay").exists()
    assert "was changed since" in reasons(run)[2]


def test_an_undo_that_was_stopped_and_begun_again_takes_the_rest_back(
    importer: Importer, harbor: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [UserFactory(email=f"p{n}@example.org", phone="") for n in range(6)]
    for person in people:
        MembershipFactory(user=person, organization=harbor)
    phones = [[p.email, "", "", f"919-555-010{n}", harbor.slug, ""] for n, p in enumerate(people)]
    run = importer.members(*phones).record
    monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 2)
    first = import_run_undo(run=run, reason="", actor=None, in_background=False)
    check = undo_driver.check_may_undo
    asked = []

    def stop_before_the_second_chunk(user: Any, run: Any, *, fresh: bool = False) -> Any:
        asked.append(user)
        if len(asked) == 2:
            UndoRun.objects.filter(pk=first.pk).update(cancel_requested_at=timezone.now())
        return check(user, run, fresh=fresh)

    monkeypatch.setattr(undo_driver, "check_may_undo", stop_before_the_second_chunk)
    stopped = undo_driver.advance(first.pk)
    assert stopped is not None
    assert (stopped.state, stopped.results["reverted"]) == ("canceled", 2)
    run.refresh_from_db()
    preview = undo_preview(run)
    assert (run.state, preview.reverted, preview.kept_count) == ("applied", 4, 0)

    second = import_run_undo(run=run, reason="", actor=None, in_background=False)
    again = undo_driver.advance(second.pk)
    assert again is not None
    assert (again.state, again.results["kept"], again.results["reverted"]) == ("undone", 0, 6)
    assert again.rows_done == again.rows_to_do == 6
    assert set(
        User.objects.filter(memberships__organization=harbor).values_list("phone", flat=True)
    ) == {""}


def test_records_of_organizations_out_of_scope_stay_as_they_are(importer: Importer) -> None:
    ours = OrganizationFactory(name="Ours", external_id="O-1")
    theirs = OrganizationFactory(name="Theirs", external_id="T-1")
    agent = StaffFactory(
        may=[
            "transfers.import_data",
            "transfers.undo_import",
            "organizations.add_organization",
            "organizations.change_organization",
        ]
    )
    rows = [["Name", "External ID"], ["Uno", "O-1"], ["Due", "T-1"]]
    run = importer.rows("organizations", rows, "--user", agent.email)
    assert run.updated == 2
    User.objects.filter(pk=agent.pk).update(is_limited=True)
    StaffOrganization.objects.create(user=agent, organization=ours)
    agent.refresh_from_db()
    undo = import_run_undo(run=run.record, reason="", actor=agent, in_background=False)
    undo_driver.advance(undo.pk)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.name, theirs.name) == ("Ours", "Due")
    assert set(reasons(run)) == {3}


def test_a_row_that_the_database_does_not_take_back_is_kept_alone(importer: Importer) -> None:
    for number in range(1, 6):
        OrganizationFactory(name=f"Old {number}", external_id=f"O-{number}")
    rows = [["Name", "External ID"], *([f"New {n}", f"O-{n}"] for n in range(1, 6))]
    run = importer.rows("organizations", rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.name = 'Old 3' THEN RAISE EXCEPTION 'not that one' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$; "
            "CREATE TRIGGER stays BEFORE UPDATE ON organizations_organization "
            "FOR EACH ROW EXECUTE FUNCTION pg_temp.stays()"
        )
    code, result, _ = undone(run.run)
    assert (code, result["state"], result["reverted"], result["kept"]) == (
        3,
        "undone_in_part",
        4,
        1,
    )
    assert "not that one" in reasons(run)[4]
    names = set(Organization.objects.values_list("name", flat=True))
    assert names == {"Old 1", "Old 2", "New 3", "Old 4", "Old 5"}
