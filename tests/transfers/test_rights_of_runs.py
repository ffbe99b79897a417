"""What an import and an undo ask for: what the forms ask for, up to the last row."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.transfers.access import APPLY_IMPORT
from apps.transfers.approval_kinds.apply_import import ApplyImport
from apps.transfers.models import ImportRun, UndoRun
from tests.factories.accounts import StaffFactory, SuperuserFactory, permission, sudo_client
from tests.factories.organizations import OrganizationFactory
from tests.transfers.wizard import (
    AGENT,
    applied_run,
    confirm,
    planned_run,
    read_run,
    text,
    url,
    work,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

ADD = "organizations.add_organization"
HEAD = "E-mail,First,Last,Committee,Position\n"
UNKNOWN = f"{HEAD}new@example.org,New,One,Nova Board,member\n"
KNOWN = f"{HEAD}new@example.org,New,One,Harbor,member\n"


@pytest.fixture
def agent(reference: None) -> User:
    OrganizationFactory(name="Harbor", external_id="H-1")
    return StaffFactory(may=AGENT)


@pytest.fixture
def client(agent: User) -> Client:
    return sudo_client(agent)


def _take(user: User, *names: str) -> None:
    user.user_permissions.remove(*map(permission, names))


class TestMissingRecords:
    """`create_missing` creates records of another model than those that the dataset writes."""

    def test_they_are_not_created_by_who_may_not_add_them(self, client: Client) -> None:
        run = planned_run(client, UNKNOWN, choices={"create_organization": "on"})

        assert run.counts.get("refused") == 1
        assert "create_organization" not in text(client.get(url("columns", run)))
        assert 'name="create"' not in text(client.get(url("check", run)))
        asked = {"create": ["organization"], "plan_token": run.plan_token}
        assert client.post(url("check", run), asked).status_code == 403
        assert not Organization.objects.filter(name="Nova Board").exists()

    def test_who_loses_the_right_after_the_confirmation_creates_none(
        self, agent: User, client: Client
    ) -> None:
        agent.user_permissions.add(permission(ADD))
        run = planned_run(client, UNKNOWN, choices={"create_organization": "on"})
        assert confirm(client, run).status_code == 302

        _take(agent, ADD)
        work()

        run.refresh_from_db()
        assert (run.state, ADD in run.error) == (ImportRun.State.FAILED, True)
        assert not Organization.objects.filter(name="Nova Board").exists()

    def test_who_loses_the_right_after_the_preview_confirms_nothing(
        self, agent: User, client: Client
    ) -> None:
        agent.user_permissions.add(permission(ADD))
        run = planned_run(client, UNKNOWN, choices={"create_organization": "on"})

        _take(agent, ADD)

        assert confirm(client, run).status_code == 403
        run.refresh_from_db()
        assert run.state == ImportRun.State.PLANNED

    def test_the_second_person_needs_the_right_too(self, agent: User, client: Client) -> None:
        agent.user_permissions.add(permission(ADD))
        run = planned_run(client, UNKNOWN, choices={"create_organization": "on"})

        assert ADD in ApplyImport().permissions_for({"run": run.pk})
        assert ApplyImport.kind == APPLY_IMPORT


class TestUndo:
    def test_it_asks_for_the_right_to_change_what_it_takes_back(
        self, agent: User, client: Client
    ) -> None:
        run = applied_run(client, KNOWN)
        _take(agent, "organizations.change_membership")

        answer = client.post(url("undo", run), {"reason": "Wrong file."})

        assert answer.status_code == 403
        assert "tab=undo" not in text(client.get(url("change", run)))
        assert not UndoRun.objects.exists()
        assert Membership.objects.filter(user__email="new@example.org").exists()

    def test_who_loses_the_right_before_the_worker_begins_undoes_nothing(
        self, agent: User, client: Client
    ) -> None:
        run = applied_run(client, KNOWN)
        assert client.post(url("undo", run), {"reason": "Wrong file."}).status_code == 302

        _take(agent, "accounts.change_user")
        work()

        undo = UndoRun.objects.get()
        assert (undo.state, undo.rows_done) == (UndoRun.State.FAILED, 0)
        assert "accounts.change_user" in undo.error
        assert Membership.objects.filter(user__email="new@example.org").exists()


def _deactivate(lead: User) -> None:
    User.objects.filter(pk=lead.pk).update(status=User.Status.DEACTIVATED)


def _take_writing(lead: User) -> None:
    _take(lead, "accounts.impersonate_and_write")


class TestInSomebodysPlace:
    """A job that was confirmed while acting as somebody else ends with the right to act so."""

    @pytest.fixture
    def lead(self) -> User:
        lead: User = StaffFactory(first_name="Lena")
        lead.user_permissions.set(Permission.objects.all())
        return lead

    @pytest.fixture
    def acting(self, lead: User, agent: User) -> Client:
        client = sudo_client(lead)
        client.post(
            reverse("admin:accounts_user_impersonate", args=[agent.pk]),
            {"reason": "Away, ticket 12.", "may_write": "on"},
        )
        return client

    @pytest.mark.parametrize("loses", [_deactivate, _take_writing])
    def test_an_import_stops(
        self, lead: User, acting: Client, loses: Callable[[User], None]
    ) -> None:
        run = planned_run(acting, KNOWN)
        assert confirm(acting, run).status_code == 302
        run.refresh_from_db()
        assert run.real_user == lead

        loses(lead)
        work()

        run.refresh_from_db()
        assert (run.state, "Lena" in run.error) == (ImportRun.State.FAILED, True)
        assert not Membership.objects.filter(user__email="new@example.org").exists()

    def test_an_import_goes_on_when_they_have_only_stopped(self, acting: Client) -> None:
        run = planned_run(acting, KNOWN)
        assert confirm(acting, run).status_code == 302

        acting.post(reverse("impersonation_stop"))
        work()

        run.refresh_from_db()
        assert run.state == ImportRun.State.APPLIED


class TestRecordsOfARun:
    """`?import_run=` says which records a run wrote: to those who may read the run."""

    def _people(self, run: Any) -> str:
        return f"{reverse('admin:organizations_membership_changelist')}?import_run={run}"

    def test_another_persons_run_is_a_filter_for_those_who_may_view_it_alone(
        self, agent: User, client: Client
    ) -> None:
        run = applied_run(client, KNOWN)
        viewer = StaffFactory(may=["organizations.view_membership", "transfers.export_data"])
        reader = sudo_client(viewer)
        address = self._people(run.pk)
        export = f"{reverse('admin:organizations_membership_export')}?import_run={run.pk}"

        assert client.get(address).status_code == 200
        assert reader.get(address).status_code == 400
        assert reader.get(export).status_code == 400
        viewer.user_permissions.add(permission("transfers.view_importrun"))
        assert reader.get(address).context["cl"].result_count == 1

    def test_a_run_that_does_not_exist_answers_like_one_that_is_not_shown(
        self, client: Client
    ) -> None:
        assert client.get(self._people(999_999)).status_code == 400


def test_a_header_of_the_refused_rows_runs_no_formula(harbor: Organization) -> None:
    client = sudo_client(SuperuserFactory())
    formula = "=cmd|' /C calc'!A0"
    run = planned_run(client, f"E-mail,Committee,{formula},@x;=y\n,Harbor Finance,a,b\n")

    file = b"".join(client.get(url("refused", run)).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    headers = next(csv.reader(io.StringIO(file)))
    assert headers[2:4] == [f"'{formula}", "'@x;'=y"]
    again = read_run(client, file, attempt_of=str(run.pk))
    assert again.findings["headers"][2:4] == [formula, "@x;=y"]
