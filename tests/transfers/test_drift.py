"""What others did between the preview and the applying: the row means what it meant, or is left alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.transfers.engine.running import advance
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.selectors import plan_rows
from apps.transfers.services import import_run_confirm, import_run_match, import_run_start
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.transfers.engine import text_of

pytestmark = pytest.mark.django_db


def planned(dataset: str, rows: list[list[str]], **chosen: object) -> ImportRun:
    file = SimpleUploadedFile("roster.csv", text_of(rows).encode())
    run = import_run_start(dataset=dataset, file=file, actor=None)
    advance(run.pk)
    run.refresh_from_db()
    matching = Matching.from_json({**run.matching, **chosen})
    import_run_match(run=run, matching=matching, actor=None)
    advance(run.pk)
    run.refresh_from_db()
    assert run.state == "planned", run.error
    return run


def applied(run: ImportRun) -> ImportRun:
    import_run_confirm(
        run=run, plan_token=run.plan_token, reason="", accept_impacts=True, actor=None
    )
    advance(run.pk)
    run.refresh_from_db()
    return run


def drifted(run: ImportRun) -> dict[int, str]:
    return {
        row.number: row.problems[0]["message"] for row in plan_rows(run, outcome="drifted").rows
    }


SEATS = [
    ["E-mail", "Organization"],
    ["a@example.org", "H-1"],
    ["b@example.org", "H-1"],
    ["c@example.org", "Q-1"],
]


def test_an_external_id_that_names_another_organization_by_now() -> None:
    harbor = OrganizationFactory(name="Harbor", external_id="H-1")
    quay = OrganizationFactory(name="Quay", external_id="Q-1")
    run = planned("members", SEATS)
    Organization.objects.filter(pk=harbor.pk).update(external_id="H-2")
    run = applied(run)
    assert (run.state, run.results["drifted"]) == ("applied_in_part", 2)
    assert set(drifted(run)) == {2, 3}
    assert Membership.objects.get().organization == quay


def test_an_address_that_is_another_persons_by_now() -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    OrganizationFactory(name="Quay", external_id="Q-1")
    ann = UserFactory(email="a@example.org")
    run = planned("members", SEATS)
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
