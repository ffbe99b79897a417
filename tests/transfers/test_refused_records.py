"""What the form of a person refuses, an import and its undo refuse, row by row."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.services import user_deactivate, user_set_roles
from apps.organizations.models import Membership, Organization
from apps.transfers.approval_kinds.apply_import import ApplyImport
from apps.transfers.models import ImportRun
from apps.transfers.selectors import plan_rows
from tests.at_once import while_uncommitted
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    sudo_client,
)
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.transfers.engine import Importer
from tests.transfers.wizard import AGENT, confirm, planned_run, text, url, work

pytestmark = pytest.mark.django_db

HEAD = "E-mail,First,Last,Phone,Committee,Position\n"


@pytest.fixture
def agent() -> User:
    return StaffFactory(may=AGENT)


@pytest.fixture
def client(agent: User) -> Client:
    return sudo_client(agent)


@pytest.fixture(autouse=True)
def _harbor(reference: None) -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")


def _boss(**more: Any) -> User:
    return StaffFactory(
        email="boss@example.org", first_name="Grace", last_name="Boss", phone="919-555-0001", **more
    )


def _superuser() -> User:
    boss: User = SuperuserFactory(email="boss@example.org", first_name="Grace", last_name="Boss")
    return boss


def _deactivated() -> User:
    boss = UserFactory(email="boss@example.org", first_name="Grace", last_name="Boss")
    user_set_roles(user=boss, roles=[RoleFactory(gives=["accounts.set_roles"])], actor=None)
    MembershipFactory(user=boss, organization=Organization.objects.get())
    user_deactivate(user=boss, actor=None)
    return boss


def _with_role_in_name_only() -> User:
    boss = UserFactory(email="boss@example.org", first_name="Grace", last_name="Boss")
    boss.groups.add(RoleFactory(gives=["accounts.set_roles"]))
    return boss


@pytest.mark.parametrize("make", [_boss, _superuser, _deactivated, _with_role_in_name_only])
@pytest.mark.parametrize("cells", ["Hacked,Boss,", "Grace,Hacked,", "Grace,Boss,919-555-9999"])
def test_a_roster_does_not_write_what_the_form_refuses(
    client: Client, make: Any, cells: str
) -> None:
    boss = make()
    form = client.post(
        reverse("admin:accounts_user_change", args=[boss.pk]), {"first_name": "x", "_reason": "x"}
    )
    before = User.objects.filter(pk=boss.pk).values().get()

    run = planned_run(
        client, f"{HEAD}boss@example.org,{cells},Harbor,member\nnew@example.org,,,,Harbor,member\n"
    )
    page = text(client.get(url("check", run)))
    confirm(client, run)
    work()

    assert form.status_code == 403
    assert "change this person, because the account has a staff role." in page
    assert User.objects.filter(pk=boss.pk).values().get() == before
    assert User.objects.filter(email="new@example.org").exists()


def test_a_colleague_can_be_a_member(client: Client) -> None:
    boss = _boss()

    for row in ("Grace,Boss,919-555-0001", ",,"):
        Membership.objects.all().delete()
        run = planned_run(client, f"{HEAD}boss@example.org,{row},Harbor,member\n")
        confirm(client, run)
        work()
        assert Membership.objects.filter(user=boss).exists()


def test_an_agent_who_may_change_the_account_does_so_by_a_roster() -> None:
    boss = _boss()
    administrator = StaffFactory()
    administrator.user_permissions.set(Permission.objects.all())
    client = sudo_client(administrator)

    run = planned_run(client, f"{HEAD}boss@example.org,Gracia,Boss,,Harbor,member\n")
    confirm(client, run, typed_number="1")
    work()

    boss.refresh_from_db()
    assert boss.first_name == "Gracia"


def _plan_for_a_member(client: Client) -> tuple[User, ImportRun]:
    person = UserFactory(email="boss@example.org", first_name="Grace", last_name="Boss")
    MembershipFactory(user=person, organization=Organization.objects.get(), role="member")
    run = planned_run(client, f"{HEAD}boss@example.org,Hacked,Boss,,Harbor,member\n")
    return person, run


def _give_a_role(person: User) -> None:
    user_set_roles(user=person, roles=[RoleFactory(gives=["accounts.set_roles"])], actor=None)


def test_a_member_who_became_a_colleague_after_the_preview_is_left_alone(client: Client) -> None:
    person, run = _plan_for_a_member(client)
    _give_a_role(person)

    confirm(client, run)
    work()

    run.refresh_from_db()
    person.refresh_from_db()
    assert person.first_name == "Grace"
    assert run.results["drifted"] == 1
    (problem,) = plan_rows(run, outcome="drifted").rows[0].problems
    assert "change this person" in problem["message"]


def test_an_agent_whose_right_was_taken_after_the_preview_leaves_the_colleague_alone() -> None:
    boss = _boss()
    agent = StaffFactory(may=[*AGENT, "accounts.set_roles"])
    client = sudo_client(agent)
    run = planned_run(client, f"{HEAD}boss@example.org,Hacked,Boss,,Harbor,member\n")
    confirm(client, run, typed_number="1")
    agent.user_permissions.remove(Permission.objects.get(codename="set_roles"))

    work()

    boss.refresh_from_db()
    assert boss.first_name == "Grace"


@pytest.mark.django_db(transaction=True)
def test_a_role_that_is_given_while_the_rows_are_written_counts() -> None:
    client = sudo_client(may=AGENT)
    person, run = _plan_for_a_member(client)
    confirm(client, run)
    role = RoleFactory(gives=["accounts.set_roles"])

    while_uncommitted(lambda: user_set_roles(user=person, roles=[role], actor=None), work)

    person.refresh_from_db()
    assert person.first_name == "Grace"


def test_an_undo_does_not_write_what_the_form_refuses(client: Client) -> None:
    person, run = _plan_for_a_member(client)
    confirm(client, run)
    work()
    person.refresh_from_db()
    assert person.first_name == "Hacked"
    _give_a_role(person)

    tab = reverse("admin:transfers_importrun_change", args=[run.pk]) + "?tab=undo"
    page = text(client.get(tab))
    client.post(reverse("admin:transfers_importrun_undo", args=[run.pk]), {"reason": "Wrong file."})
    work()

    person.refresh_from_db()
    assert person.first_name == "Hacked"
    assert "change this person" in page


def test_a_person_who_the_import_made_and_who_is_a_colleague_now_stays_active(
    client: Client,
) -> None:
    run = planned_run(client, f"{HEAD}boss@example.org,Grace,Boss,,Harbor,member\n")
    confirm(client, run)
    work()
    person = User.objects.get(email="boss@example.org")
    _give_a_role(person)

    client.post(reverse("admin:transfers_importrun_undo", args=[run.pk]), {"reason": "Wrong file."})
    work()

    person.refresh_from_db()
    assert person.status == "active"


def test_nobody_who_is_deactivated_gets_a_new_membership(importer: Importer) -> None:
    UserFactory(email="gone@example.org", first_name="Gone", status="deactivated")

    result = importer.members(["gone@example.org", "Gone", "", "", "H-1", "member"])

    assert result.refused_rows() == [2]
    assert "can't get a new membership" in result.messages()[0]
    assert not Membership.objects.exists()


def test_a_revert_does_not_write_what_the_form_refuses() -> None:
    boss = _boss()
    first: Any = User.history.filter(id=boss.pk).latest("history_id")
    User.objects.filter(pk=boss.pk).update(first_name="Gracia")
    newest: Any = User.history.filter(id=boss.pk).latest("history_id")
    client = sudo_client(may=[*AGENT, "audit.revert_record"])

    answer = client.post(
        reverse("admin:accounts_user_revert", args=[boss.pk, first.history_id]),
        {"newest": newest.history_id, "reason": "Back."},
    )

    boss.refresh_from_db()
    assert answer.status_code == 403
    assert boss.first_name == "Gracia"


def test_nobody_approves_an_import_that_changes_an_account_beyond_their_power(
    settings: Any, agent: User
) -> None:
    settings.FOUR_EYES = {"import": 1}
    _boss()
    administrator = StaffFactory()
    administrator.user_permissions.set(Permission.objects.all())
    run = planned_run(
        sudo_client(administrator), f"{HEAD}boss@example.org,Gracia,Boss,,Harbor,member\n"
    )
    approvable = ApplyImport()

    assert approvable.obstacle(agent, {"run": run.pk})
    assert not approvable.obstacle(administrator, {"run": run.pk})
