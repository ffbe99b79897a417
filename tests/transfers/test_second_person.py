"""A large import waits for a second person, who sees every row; each with their own browser."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import ApprovalRequest, User
from apps.organizations.models import Membership, Organization
from apps.transfers.models import ImportRun, UndoRun
from tests.factories.accounts import permission, prove_factor
from tests.factories.organizations import OrganizationFactory
from tests.forms import save
from tests.transfers.wizard import (
    ROSTER,
    confirm,
    planned_run,
    signed_in,
    staff,
    text,
    url,
    work,
)

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"import": 1}


@pytest.fixture
def colleague(reference: None) -> User:
    return staff("Administrator")


@pytest.fixture
def second(colleague: User) -> Client:
    return prove_factor(signed_in(colleague))


@pytest.fixture
def run(support: Client, harbor: Organization) -> ImportRun:
    return planned_run(support)


def _ask(client: Client, run: ImportRun) -> ApprovalRequest:
    answer = confirm(client, run, ask="1")
    request = ApprovalRequest.objects.get(state="pending")
    assert answer["Location"] == _request("change", request)
    return request


def _request(name: str, request: ApprovalRequest) -> str:
    return reverse(f"admin:accounts_approvalrequest_{name}", args=[request.pk])


def _state(run: ImportRun) -> str:
    run.refresh_from_db()
    return str(run.state)


def test_the_whole_way_through_two_browsers(
    support: Client, agent: User, second: Client, colleague: User, run: ImportRun
) -> None:
    page = text(support.get(url("check", run)))
    assert "A second person must approve this" in page
    assert 'name="apply"' not in page
    # A post of what the page does not offer is refused in the same words, and nothing is done.
    assert confirm(support, run).status_code == 409
    assert _state(run) == "planned"

    request = _ask(support, run)
    assert request.sentence == "Import 2 rows of roster.csv into members"
    assert "A second person must approve" in text(support.get(url("check", run)))
    assert _state(run) == "planned"

    asked = text(second.get(_request("change", request)))
    assert "The spring roster" in asked
    assert url("check", run) in asked
    rows = text(second.get(url("check", run)))
    assert "ada@example.org" in rows
    assert 'name="reason"' not in rows
    assert _request("change", request) in rows
    assert confirm(second, run).status_code == 403
    assert _state(run) == "planned"

    assert second.post(_request("approve", request), {"reason": "Right."}).status_code == 302
    assert _state(run) == "confirmed"
    assert run.confirmed_by == agent
    work()
    assert _state(run) == "applied"
    membership = Membership.objects.get(user__email="ada@example.org")
    row = membership.history.first()
    assert row.history_user_id == agent.pk
    assert row.history_change_reason == f"The spring roster (approved by {colleague})"
    assert second.get(url("apply", run)).status_code == 200


def test_a_small_import_needs_nobody(support: Client, harbor: Organization, settings: Any) -> None:
    settings.FOUR_EYES = {"import": 2}

    assert confirm(support, planned_run(support)).status_code == 302
    assert not ApprovalRequest.objects.exists()


def test_nobody_else_enters_the_run_before_they_are_asked(second: Client, run: ImportRun) -> None:
    assert second.get(url("check", run)).status_code == 403
    assert confirm(second, run).status_code == 403


def test_ones_own_import_is_not_ones_own_to_approve(support: Client, run: ImportRun) -> None:
    request = _ask(support, run)

    answer = prove_factor(support).post(_request("approve", request), {"reason": ""})

    assert answer.status_code == 409
    assert "your own request" in text(answer)
    assert _state(run) == "planned"


def test_a_refused_import_stays_planned_and_can_be_asked_for_again(
    support: Client, second: Client, run: ImportRun
) -> None:
    request = _ask(support, run)

    second.post(_request("refuse", request), {"reason": "The committee is wrong."})

    assert _state(run) == "planned"
    assert second.get(url("check", run)).status_code == 403
    again = _ask(support, run)
    assert again != request


def test_a_request_out_of_time_applies_nothing(
    support: Client, second: Client, run: ImportRun
) -> None:
    request = _ask(support, run)
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    second.post(_request("approve", request), {"reason": ""})

    request.refresh_from_db()
    assert request.state == "expired"
    assert _state(run) == "planned"


@pytest.mark.parametrize("change", ["columns", "cancel"])
def test_a_run_that_is_planned_again_or_canceled_voids_the_request(
    change: str, support: Client, second: Client, run: ImportRun
) -> None:
    request = _ask(support, run)
    if change == "columns":
        answer = save(support, url(change, run), {"mode": "upsert", "on_error": "skip"})
    else:
        answer = support.post(url(change, run))
    assert answer.status_code == 302

    request.refresh_from_db()
    assert request.state == "void"
    assert second.post(_request("approve", request), {"reason": ""}).status_code == 409
    work()
    assert _state(run) == ("planned" if change == "columns" else "canceled")


def test_a_plan_changed_behind_its_back_voids_the_request(
    support: Client, second: Client, run: ImportRun
) -> None:
    request = _ask(support, run)
    ImportRun.objects.filter(pk=run.pk).update(matching={**run.matching, "mode": "create"})

    second.post(_request("approve", request), {"reason": ""})

    request.refresh_from_db()
    assert request.state == "void"
    assert _state(run) == "planned"


@pytest.mark.parametrize("whose", ["requester", "approver"])
def test_a_permission_taken_away_before_the_decision_stops_it(
    whose: str, support: Client, agent: User, second: Client, colleague: User, run: ImportRun
) -> None:
    request = _ask(support, run)
    (agent if whose == "requester" else colleague).groups.clear()

    answer = second.post(_request("approve", request), {"reason": ""})

    assert answer.status_code == (302 if whose == "requester" else 403)
    assert _state(run) == "planned"
    request.refresh_from_db()
    assert request.state == ("void" if whose == "requester" else "pending")


@pytest.mark.parametrize("whose", ["requester", "approver"])
def test_a_permission_taken_away_before_the_worker_comes_stops_it(
    whose: str, support: Client, agent: User, second: Client, colleague: User, run: ImportRun
) -> None:
    request = _ask(support, run)
    second.post(_request("approve", request), {"reason": ""})
    (agent if whose == "requester" else colleague).groups.clear()

    work()

    assert _state(run) == "failed"
    assert not Membership.objects.filter(user__email="ada@example.org").exists()


def test_a_command_with_a_user_asks_as_well_and_a_worker_applies_it(
    agent: User, second: Client, harbor: Organization, tmp_path: Any, capsys: Any
) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER)
    OrganizationFactory(name="Harbor Finance 2")

    with pytest.raises(SystemExit) as ended:
        call_command(
            "import_file", "members", str(path), "--user", agent.email, "--reason", "By command",
            "--map", "Committee=organization", "--map", "Position=role",
        )  # fmt: skip

    assert ended.value.code == 2
    request = ApprovalRequest.objects.get()
    assert _request("change", request) in capsys.readouterr().err
    run = ImportRun.objects.get()
    assert run.state == "planned"
    second.post(_request("approve", request), {"reason": ""})
    work()
    assert _state(run) == "applied"


def test_the_machine_itself_imports_without_a_second_person(
    harbor: Organization, tmp_path: Any, reference: None
) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER)

    with pytest.raises(SystemExit) as ended:
        call_command(
            "import_file", "members", str(path),
            "--map", "Committee=organization", "--map", "Position=role",
        )  # fmt: skip

    assert ended.value.code == 3
    assert ImportRun.objects.get().state == "applied"


def test_who_may_import_but_not_decide_is_not_let_in(support: Client, run: ImportRun) -> None:
    request = _ask(support, run)
    other = staff("Staff")
    other.groups.clear()
    for name in request.permissions:
        other.user_permissions.add(permission(name))
    browser = signed_in(other)

    assert browser.get(url("check", run)).status_code == 404
    assert browser.post(_request("approve", request), {"reason": ""}).status_code == 403
    assert _state(run) == "planned"


class TestUndo:
    """What two people import, two people undo."""

    @pytest.fixture
    def applied(self, support: Client, harbor: Organization, settings: Any) -> ImportRun:
        settings.FOUR_EYES = {}
        run = planned_run(support)
        confirm(support, run)
        work()
        settings.FOUR_EYES = {"import": 1}
        run.refresh_from_db()
        return run

    def _undo(self, client: Client, run: ImportRun, **more: str) -> Any:
        return client.post(url("undo", run), {"reason": "Wrong file.", **more})

    def test_it_is_asked_for_and_done_when_it_is_approved(
        self, support: Client, second: Client, agent: User, colleague: User, applied: ImportRun
    ) -> None:
        page = text(support.get(f"{url('change', applied)}?tab=undo"))
        self._undo(support, applied)
        assert not UndoRun.objects.exists()
        asked = self._undo(support, applied, ask="1")
        request = ApprovalRequest.objects.get()

        assert "Ask a second person" in page
        assert asked["Location"] == _request("change", request)
        assert "Open the request" in text(support.get(f"{url('change', applied)}?tab=undo"))
        own = prove_factor(signed_in(agent))
        assert own.post(_request("approve", request), {"reason": "Fine."}).status_code == 409
        assert not UndoRun.objects.exists()
        save(second, _request("approve", request), {"reason": "Fine."})
        work()
        undo = UndoRun.objects.get()
        assert (undo.state, undo.user) == (UndoRun.State.UNDONE, agent)
        assert not Membership.objects.filter(organization__name="Harbor Finance").exists()

    def test_it_is_void_when_the_run_was_undone_otherwise(
        self, support: Client, second: Client, applied: ImportRun, settings: Any
    ) -> None:
        self._undo(support, applied, ask="1")
        settings.FOUR_EYES = {}
        self._undo(support, applied)
        work()

        save(second, _request("approve", ApprovalRequest.objects.get()), {"reason": "Fine."})

        assert ApprovalRequest.objects.get().state == "void"
        assert UndoRun.objects.count() == 1

    def test_what_the_second_person_may_no_longer_do_is_not_done(
        self, support: Client, second: Client, colleague: User, applied: ImportRun
    ) -> None:
        self._undo(support, applied, ask="1")
        save(second, _request("approve", ApprovalRequest.objects.get()), {"reason": "Fine."})

        colleague.groups.clear()
        work()

        assert UndoRun.objects.get().state == UndoRun.State.FAILED
        assert Membership.objects.filter(organization__name="Harbor Finance").exists()
