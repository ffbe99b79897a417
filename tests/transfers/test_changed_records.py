"""What others did between the preview and the applying: the row means what it meant, or is left alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.transfers.engine.driver import advance
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.selectors import plan_rows
from apps.transfers.services import import_run_confirm, import_run_match, import_run_start
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.transfers.engine import text_of

pytestmark = pytest.mark.django_db


def planned(
    dataset: str, rows: list[list[str]], *, actor: User | None = None, **chosen: object
) -> ImportRun:
    file = SimpleUploadedFile("roster.csv", text_of(rows).encode())
    run = import_run_start(dataset=dataset, file=file, actor=actor)
    advance(run.pk)
    run.refresh_from_db()
    matching = Matching.from_json({**run.matching, **chosen})
    import_run_match(run=run, matching=matching, actor=actor)
    advance(run.pk)
    run.refresh_from_db()
    assert run.state == "planned", run.error
    return run


def applied(run: ImportRun, *, actor: User | None = None) -> ImportRun:
    import_run_confirm(
        run=run, plan_token=run.plan_token, reason="", accept_impacts=True, actor=actor
    )
    advance(run.pk)
    run.refresh_from_db()
    return run


def may(model: str) -> list[str]:
    app, name = model.split(".")
    return [f"{app}.{action}_{name}" for action in ("view", "add", "change")]


def drifted(run: ImportRun) -> dict[int, str]:
    return {
        row.number: row.problems[0]["message"] for row in plan_rows(run, outcome="drifted").rows
    }


MEMBERSHIPS = [
    ["E-mail", "Organization"],
    ["a@example.org", "H-1"],
    ["b@example.org", "H-1"],
    ["c@example.org", "Q-1"],
]


def test_an_external_id_that_names_another_organization_by_now() -> None:
    harbor = OrganizationFactory(name="Harbor", external_id="H-1")
    quay = OrganizationFactory(name="Quay", external_id="Q-1")
    run = planned("members", MEMBERSHIPS)
    Organization.objects.filter(pk=harbor.pk).update(external_id="H-2")
    run = applied(run)
    assert (run.state, run.results["drifted"]) == ("applied_in_part", 2)
    assert set(drifted(run)) == {2, 3}
    assert Membership.objects.get().organization == quay


def test_an_address_that_is_another_persons_by_now() -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    OrganizationFactory(name="Quay", external_id="Q-1")
    ann = UserFactory(email="a@example.org")
    run = planned("members", MEMBERSHIPS)
    User.objects.filter(pk=ann.pk).update(email="ann@example.org")
    run = applied(run)
    assert set(drifted(run)) == {2}
    assert not Membership.objects.filter(user=ann).exists()


def test_an_organization_to_be_made_that_somebody_has_made_since() -> None:
    rows = [
        ["E-mail", "Organization"],
        ["a@example.org", "Quay"],
        ["b@example.org", "Quay"],
        ["c@example.org", "Dock"],
    ]
    one = planned("members", rows, create_missing=["organization"])
    OrganizationFactory(name="Quay", slug="quay")
    one = applied(one)
    assert (one.results["drifted"], one.results.get("refused", 0), one.results["created"]) == (
        2,
        0,
        1,
    )
    assert set(drifted(one)) == {2, 3}
    assert set(Organization.objects.values_list("name", flat=True)) == {"Quay", "Dock"}


def test_a_person_deactivated_since_still_gets_the_planned_change_only() -> None:
    harbor = OrganizationFactory(name="Harbor", external_id="H-1")
    ann = UserFactory(email="a@example.org", first_name="Ann")
    MembershipFactory(user=ann, organization=harbor)
    run = planned(
        "members", [["E-mail", "First name", "Organization"], ["a@example.org", "Anna", "H-1"]]
    )
    User.objects.filter(pk=ann.pk).update(status="deactivated")
    applied(run)
    ann.refresh_from_db()
    assert ann.status == "deactivated"


def narrowed(agent: User, organization: Organization) -> None:
    """The agent sees one organization from now on."""
    User.objects.filter(pk=agent.pk).update(is_limited=True)
    StaffOrganization.objects.create(user=agent, organization=organization)


def test_who_is_limited_since_creates_no_organization_any_more() -> None:
    agent = StaffFactory(may=["transfers.import_data", *may("organizations.organization")])
    run = planned("organizations", [["Name", "External ID"], ["Quay", "Q-1"]], actor=agent)
    narrowed(agent, OrganizationFactory())
    run = applied(run, actor=agent)
    assert (run.state, run.results["created"], run.results["drifted"]) == ("applied_in_part", 0, 1)
    assert not Organization.objects.filter(name="Quay").exists()


def test_who_is_limited_since_gives_no_membership_to_a_person_out_of_scope() -> None:
    harbor = OrganizationFactory(name="Harbor", external_id="H-1")
    MembershipFactory(user=UserFactory(email="a@example.org"))
    agent = StaffFactory(
        may=[
            "transfers.import_data",
            *may("organizations.membership"),
            *may("accounts.user"),
        ]
    )
    run = planned("members", [*MEMBERSHIPS[:3], ["b@example.org", "H-1"]], actor=agent)
    narrowed(agent, harbor)
    run = applied(run, actor=agent)
    assert set(drifted(run)) == {2}
    assert Membership.objects.get(organization=harbor).user.email == "b@example.org"


def test_a_name_that_another_row_of_the_file_gave_in_between_is_no_drift(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    rows = [["Name", "External ID"], ["Pier", "H-1"], ["Pier", ""]]
    monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 1)
    run = applied(planned("organizations", rows))
    assert (run.state, run.results["created"], run.results["updated"]) == ("applied", 1, 1)
