"""An import that is interrupted: at each step, by a person, by a lost message, by its own rules."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.tasks import jobs_sweep
from apps.organizations.models import Membership, Organization
from apps.transfers.engine import driver
from apps.transfers.engine.apply import applier
from apps.transfers.engine.export import driver as export_driver
from apps.transfers.engine.undo import driver as undo_driver
from apps.transfers.mails import import_run_mail
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.selectors import plan_rows
from apps.transfers.services import export_run_start
from tests.factories.accounts import StaffFactory, permission
from tests.forms import save
from tests.transfers.engine import Importer
from tests.transfers.wizard import (
    applied_run,
    confirm,
    planned_run,
    read_run,
    text,
    upload,
    url,
    work,
)

State = ImportRun.State
HEAD = "E-mail,First,Last,Committee,Position\n"


def roster(rows: int, bad: tuple[int, ...] = ()) -> str:
    return HEAD + "".join(
        f"{'nobody' if n in bad else f'p{n}@example.org'},P{n},Q,Harbor Finance,member\n"
        for n in range(rows)
    )


class Killed(BaseException):
    """As -9: nothing of ours runs after it."""


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 10)
    monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 10)


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the sweeper sends: here it is done at once, by the very function that the task calls."""
    sent: list[int] = []

    def send_now(name: str, args: list[int], queue: str) -> None:
        if name.endswith("import_run_advance"):
            sent.extend(args)
            driver.advance(*args)
        else:
            undo_driver.advance(*args)

    monkeypatch.setattr("apps.core.job_kinds.send_now", send_now)
    return sent


def silence(run: ImportRun) -> None:
    """Time passes and nobody renews the heartbeat."""
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at="2026-01-01T00:00Z")


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_killed_at_each_step_is_followed_by_one_that_goes_on(
    support: Client, harbor: Organization, swept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    move, record, hand_over = driver._move, applier.Applier._record, driver.handed_over
    killed: list[str] = []

    def dying_move(run: ImportRun, state: str, **changes: Any) -> None:
        if state not in killed:
            killed.append(state)
            raise Killed
        move(run, state, **changes)

    def dying_hand_over(run: ImportRun, state: str, **changes: Any) -> Any:
        if state not in killed:
            killed.append(state)
            raise Killed
        return hand_over(run, state, **changes)

    def dying_record(self: Any, high: int, result: dict[str, int]) -> None:
        if f"row {high}" not in killed:
            killed.append(f"row {high}")
            raise Killed
        record(self, high, result)

    monkeypatch.setattr(driver, "_move", dying_move)
    monkeypatch.setattr(driver, "handed_over", dying_hand_over)
    monkeypatch.setattr(applier.Applier, "_record", dying_record)

    def until(run: ImportRun, state: str) -> None:
        for _ in range(20):
            silence(run)
            try:
                jobs_sweep()
            except Killed:
                continue
            run.refresh_from_db()
            if run.state == state:
                return
        raise AssertionError(f"The run is still {run.state}, not {state}: {run.error}")

    upload(support, roster(35))
    run = ImportRun.objects.get()
    until(run, State.READ)
    save(support, url("columns", run), {"mode": "upsert", "on_error": "skip"})
    until(run, State.PLANNED)
    confirm(support, run)
    until(run, State.APPLIED)

    assert killed == [
        "read", "staged", "planned", "applying", "row 11", "row 21", "row 31", "row 36", "applied",
    ]  # fmt: skip
    assert run.results == {"created": 35, "updated": 0, "drifted": 0, "vanished": 0}
    assert Membership.objects.filter(organization=harbor).count() == 35
    assert Membership.history.filter(organization=harbor).count() == 35
    assert User.history.filter(email__startswith="p").count() == 35


def test_a_message_that_was_lost_is_made_up_for_by_the_sweeper(
    support: Client, harbor: Organization, swept: list[int]
) -> None:
    upload(support, roster(3))
    run = ImportRun.objects.get()
    assert run.state == State.UPLOADED

    assert jobs_sweep() == "1 job picked up."

    run.refresh_from_db()
    assert (run.state, swept) == (State.READ, [run.pk])
    assert jobs_sweep() == "No job was waiting."


@pytest.mark.usefixtures("small_chunks")
def test_cancel_on_the_page_stops_a_run_that_is_being_applied_and_undo_takes_the_part_back(
    support: Client, harbor: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned_run(support, roster(50))
    write = applier.Applier._write

    def write_while_a_person_cancels(self: Any, low: int, high: int) -> dict[str, int]:
        if self.run.rows_done == 20:
            assert "data-progress" in text(support.get(url("apply", run)))
            assert "Cancel this import?" in text(support.get(url("cancel", run)))
            support.post(url("cancel", run))
        return write(self, low, high)

    monkeypatch.setattr(applier.Applier, "_write", write_while_a_person_cancels)
    confirm(support, run)
    work()

    run.refresh_from_db()
    assert run.state == State.APPLIED_IN_PART
    page = text(support.get(url("apply", run)))
    assert "30 rows applied, then canceled" in page
    # It was asked for: said once, and not as an error.
    assert 'class="qd-alert is-bad"' not in page
    assert 'class="qd-alert is-warning"' not in page
    assert "Import the rest (20 rows)" in page
    assert (
        "Canceled: 30 of 50 rows were applied, up to row 31. The others were not touched." in page
    )
    assert Membership.objects.filter(organization=harbor).count() == 30
    assert len(plan_rows(run, outcome="applied").rows) == 30

    support.post(url("apply", run), {"rest": "1"})
    work()
    rest = ImportRun.objects.get(attempt_of=run)
    assert (rest.state, rest.counts) == ("planned", {"unchanged": 30, "create": 20})
    page = text(support.get(url("change", run)))
    assert f">run {rest.pk}</a>: planned." in page
    assert "Import the rest" not in page

    support.post(url("undo", run), {"reason": "Half a roster is none"})
    work()

    undo = UndoRun.objects.get()
    assert (undo.state, undo.results["removed"]) == ("undone", 60)
    assert (undo.results["reverted"], undo.results["kept"]) == (0, 0)
    # Nor is it an error after the undo.
    for page in (url("apply", run), url("change", run), f"{url('change', run)}?tab=log"):
        assert "30 of 50 rows were applied" in text(support.get(page))
        assert "is-bad" not in text(support.get(page))
    assert not Membership.objects.filter(organization=harbor).exists()
    assert not User.objects.filter(email__startswith="p", is_active=True).exists()

    # The rest, which was planned beside what is gone by now, is the whole file again.
    page = text(support.get(url("check", rest)))
    assert f"Import run {run.pk}, which these rows depend on, was undone by" in page
    assert "Check again." in text(confirm(support, rest))
    assert not Membership.objects.filter(organization=harbor).exists()
    save(support, url("check", rest), {"again": "1"})
    work()
    rest.refresh_from_db()
    assert (rest.state, rest.counts) == ("planned", {"create": 50})
    monkeypatch.setattr(applier.Applier, "_write", write)
    confirm(support, rest)
    work()
    assert Membership.objects.filter(organization=harbor).count() == 50


@pytest.mark.usefixtures("small_chunks")
def test_a_permission_taken_away_stops_a_run_between_two_chunks(
    support: Client, agent: User, harbor: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned_run(support, roster(50))
    write = applier.Applier._write

    def write_while_rights_go(self: Any, low: int, high: int) -> dict[str, int]:
        if self.run.rows_done == 20:
            agent.groups.clear()
        return write(self, low, high)

    monkeypatch.setattr(applier.Applier, "_write", write_while_rights_go)
    confirm(support, run)
    work()

    run.refresh_from_db()
    assert run.state == State.APPLIED_IN_PART
    assert "can't import members" in run.error
    assert run.error.endswith("Stopped after 30 of 50 rows.")
    assert Membership.objects.filter(organization=harbor).count() == 30


@pytest.mark.usefixtures("small_chunks")
def test_a_permission_taken_away_stops_an_undo_between_two_chunks(
    support: Client, agent: User, harbor: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = applied_run(support, roster(50))
    chunk = undo_driver.Undoer.work_off

    def then_take(self: Any, span: Any) -> Any:
        done = chunk(self, span)
        agent.groups.clear()
        return done

    monkeypatch.setattr(undo_driver.Undoer, "work_off", then_take)
    support.post(url("undo", run), {"reason": "It was the wrong roster"})
    work()

    undo = UndoRun.objects.get()
    assert undo.state != "undone"
    assert "can't undo" in undo.error
    assert 0 < Membership.objects.filter(organization=harbor).count() < 50


@pytest.mark.parametrize("code", ["transfers.export_data", "accounts.export_personal_data"])
def test_a_permission_taken_away_before_the_worker_comes_stops_an_export(
    harbor: Organization, code: str
) -> None:
    codes = [
        "transfers.export_data",
        "accounts.export_personal_data",
        "accounts.view_personal_data",
    ]
    codes += ["organizations.view_membership", "organizations.view_organization"]
    codes += ["accounts.view_user"]
    clerk = StaffFactory(may=codes)
    run = export_run_start(dataset="members", format="xlsx", actor=clerk, in_background=False)

    clerk.user_permissions.remove(permission(code))
    export_driver.advance(run.pk)

    run.refresh_from_db()
    assert run.state == "failed"
    assert code in run.error
    assert not run.path


def test_the_agent_may_ask_to_stop_after_so_many_refused_rows(
    support: Client, harbor: Organization, importer: Importer
) -> None:
    run = read_run(support, roster(20, bad=(3, 5, 9)))
    answer = save(
        support, url("columns", run), {"mode": "upsert", "on_error": "skip", "stop_after": "3"}
    )
    work()
    run.refresh_from_db()
    assert run.state == State.FAILED
    page = text(support.get(answer["Location"], follow=True))
    assert "Stopped: 3 rows cannot be imported, and you asked to stop after 3." in page

    by_command = importer.text("members", roster(20, bad=(3, 5, 9)), "--stop-after", "3")
    assert (by_command.code, by_command.created, by_command.failed) == (3, 0, 3)
    assert "you asked to stop after 3" in by_command.err
    strangers = roster(20).replace("Harbor Finance", "Nowhere", 5)
    planned = importer.text("members", strangers, "--stop-after", "5")
    assert (planned.code, planned.created, planned.failed) == (3, 0, 5)
    assert planned.err == (
        f"Import run {planned.run}: Stopped: 5 rows cannot be imported, and you asked to stop after 5. "
        "Most often: Organization: not found."
    )
    enough = importer.text("members", roster(20, bad=(3, 5, 9)), "--stop-after", "4", "--dry-run")
    assert (enough.created, enough.failed) == (17, 3)
    assert not Membership.objects.filter(organization=harbor).exists()


@pytest.mark.usefixtures("small_chunks")
def test_all_or_nothing_is_nothing_when_the_last_chunk_has_a_row_that_drifted(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support, roster(35), choices={"on_error": "stop"})
    User.objects.create(email="p34@example.org", password="!")
    confirm(support, run)
    work()

    run.refresh_from_db()
    assert run.state == State.FAILED
    assert run.error == "Nothing was applied: 1 records were changed after the preview."
    assert not Membership.objects.filter(organization=harbor).exists()
    assert not User.history.filter(email="p0@example.org").exists()
    assert run.results.get("created", 0) == 0


@pytest.mark.usefixtures("small_chunks")
def test_an_undo_that_is_killed_goes_on_where_it_stopped(
    support: Client, harbor: Organization, swept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = applied_run(support, roster(35))
    record, dead = undo_driver.Undoer._record, []

    def dying_record(self: Any, low: int, *counts: int) -> None:
        if low not in dead:
            dead.append(low)
            raise Killed
        record(self, low, *counts)

    monkeypatch.setattr(undo_driver.Undoer, "_record", dying_record)
    support.post(url("undo", run), {"reason": "The wrong roster"})
    undo = UndoRun.objects.get()
    for _ in range(10):
        UndoRun.objects.filter(pk=undo.pk).update(heartbeat_at="2026-01-01T00:00Z")
        try:
            jobs_sweep()
        except Killed:
            continue
    undo.refresh_from_db()
    assert len(dead) == 4
    assert (undo.state, undo.results["removed"]) == ("undone", 70)
    assert (undo.results["reverted"], undo.results["kept"]) == (0, 0)
    assert Membership.history.filter(organization=harbor, history_type="-").count() == 35


def test_the_agent_is_told_by_mail_and_the_page_watches_until_it_is_over(
    support: Client, agent: User, harbor: Organization, mailoutbox: list[Any]
) -> None:
    run = applied_run(support, roster(3, bad=(1,)))
    progress = support.get(url("progress", run)).json()
    assert (progress["state"], progress["is_over"]) == ("applied", True)

    import_run_mail(run.pk)

    (mail,) = mailoutbox
    assert mail.to == [agent.email]
    assert "\n2 created, 1 refused.\n" in mail.body
    assert url("change", run) in mail.body


def test_rights_given_back_let_the_next_run_through(
    support: Client, agent: User, harbor: Organization
) -> None:
    run = planned_run(support, roster(2))
    agent.groups.clear()
    assert confirm(support, run).status_code == 403
    agent.user_permissions.set(
        permission(name)
        for name in (
            "transfers.import_data", "accounts.add_user", "accounts.change_user",
            "organizations.add_membership", "organizations.change_membership",
        )
    )  # fmt: skip
    assert confirm(support, run).status_code == 302
    work()
    run.refresh_from_db()
    assert run.state == State.APPLIED
