"""Claims: nobody waits for a worker that is dead, nor for one that has done its part."""

import os
import signal
import subprocess
import sys
import time
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, transaction

from apps.accounts.models import User
from apps.bulk.models import BulkRun, Merge
from apps.core.jobs import Job
from apps.core.tasks import jobs_sweep
from apps.reports.models import ReportMailing, ReportRun
from apps.schedules.models import TaskRun
from apps.transfers.engine import driver
from apps.transfers.engine.export import driver as export_driver
from apps.transfers.engine.undo import driver as undo_driver
from apps.transfers.models import ExportRun, ImportRun, UndoRun
from apps.transfers.options import Matching
from apps.transfers.services import (
    export_run_start,
    import_run_cancel,
    import_run_confirm,
    import_run_match,
    import_run_undo,
)
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.reports import ReportMailingFactory, ReportRunFactory
from tests.factories.schedules import TaskRunFactory
from tests.transfers.test_contract import confirmed, done, person, planned, started

# A worker that has claimed a job and is killed before it did anything.
CLAIM = """
import sys, django
from django.conf import settings
django.setup()
from django.apps import apps
from django.db import connections
connections["default"].settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = sys.argv[1]
assert apps.get_model(sys.argv[2]).claim(int(sys.argv[3]))
print("claimed", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def agent() -> User:
    OrganizationFactory(name="Harbor", external_id="H-1")
    return SuperuserFactory()


def claim_in_a_process(job: Job) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            CLAIM,
            str(connection.settings_dict["NAME"]),
            job._meta.label,
            str(job.pk),
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "claimed"
    return process


def ready_to_stage(agent: User) -> ImportRun:
    run = started(agent, person(1))
    return import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent)


def ready_to_apply(agent: User) -> ImportRun:
    run = planned(agent, person(1))
    return import_run_confirm(run=run, plan_token=run.plan_token, reason="", actor=agent)


def ready_to_undo(agent: User) -> UndoRun:
    run = confirmed(planned(agent, person(1)), agent)
    return import_run_undo(run=run, reason="Wrong", actor=agent)


def ready_to_export(agent: User) -> ExportRun:
    return export_run_start(dataset="members", format="csv", actor=agent)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("make", "advance", "states"),
    [
        (ready_to_stage, driver.advance, ("planned",)),
        (ready_to_apply, driver.advance, ("applied",)),
        (ready_to_undo, undo_driver.advance, ("undone",)),
        (ready_to_export, export_driver.advance, ("ready",)),
    ],
)
def test_a_job_of_a_worker_that_was_killed_is_free_at_once(
    agent: User, make: Any, advance: Any, states: tuple[str, ...]
) -> None:
    job = make(agent)
    earlier = job.attempts
    worker = claim_in_a_process(job)
    assert advance(job.pk) is None, "a living worker has it"

    worker.kill()
    worker.wait()
    with worker:
        assert advance(job.pk) is not None

    job.refresh_from_db()
    assert job.state in states
    assert job.attempts == earlier + 2


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_the_sweep_of_a_worker_that_starts_finds_what_the_dead_one_held(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ready_to_apply(agent)
    sent: list[Any] = []
    monkeypatch.setattr("apps.core.job_kinds.send_now", lambda name, args, **_: sent.append(args))
    worker = claim_in_a_process(run)
    assert jobs_sweep() == "No job was waiting."

    worker.send_signal(signal.SIGKILL)
    worker.wait()
    with worker:
        assert jobs_sweep() == "1 job picked up."

    assert sent == [[run.pk]]


@pytest.mark.django_db(transaction=True)
def test_a_run_is_canceled_at_once_whose_worker_was_killed(agent: User) -> None:
    run = ready_to_apply(agent)
    worker = claim_in_a_process(run)
    worker.kill()
    worker.wait()
    with worker:
        import_run_cancel(run=run, actor=agent)
        # The message that the cancellation sends.
        driver.advance(run.pk)

    run.refresh_from_db()
    assert run.state == ImportRun.State.CANCELED


@pytest.mark.django_db
def test_a_plan_is_confirmed_by_nobody_before_its_worker_has_let_it_go(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    index = driver.index_for_search

    def look(run: ImportRun, columns: list[str]) -> None:
        index(run, columns)
        seen.append(ImportRun.objects.get(pk=run.pk).state)

    monkeypatch.setattr(driver, "index_for_search", look)
    run = done(ready_to_stage(agent))

    assert seen == ["staged"]
    assert (run.state, run.claimed_by) == ("planned", "")


@pytest.mark.django_db
def test_every_kind_of_job_is_claimed_only_while_it_is_at_work(agent: User) -> None:
    kinds = [model for model in apps.get_models() if issubclass(model, Job)]
    assert {ImportRun, UndoRun, ExportRun} <= set(kinds)
    jobs = {
        ImportRun: planned(agent, person(1)),
        UndoRun: ready_to_undo(agent),
        ExportRun: ready_to_export(agent),
        TaskRun: TaskRunFactory(),
        ReportMailing: ReportMailingFactory(),
        ReportRun: ReportRunFactory(),
        BulkRun: BulkRun.objects.create(action="archive", model="projects.project", user=agent),
        Merge: Merge.objects.create(
            model="projects.project", kept=uuid4(), dropped=uuid4(), plan="x", user=agent
        ),
    }
    for model in kinds:
        job = jobs[model]
        # The worker that claims the run of a task starts it in the same statement.
        at_work = [TaskRun.State.RUNNING] if model is TaskRun else model.WORK_STATES
        for state, _ in model.State.choices:  # type: ignore[attr-defined]
            try:
                with transaction.atomic():
                    model.objects.filter(pk=job.pk).update(state=state, claimed_by="x")
                    transaction.set_rollback(True)
            except IntegrityError:
                assert state not in at_work, (model, state)
            else:
                assert state in at_work, (model, state)


@pytest.mark.django_db
def test_an_error_that_may_pass_leaves_no_claim_behind(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ready_to_apply(agent)

    def away(*_: Any) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(driver, "apply", away)
        with pytest.raises(OperationalError):
            driver.advance(run.pk)

    assert done(run).state == "applied"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("make", "module", "step", "advance", "end"),
    [
        (ready_to_stage, driver, "stage", driver.advance, "planned"),
        (ready_to_apply, driver, "apply", driver.advance, "applied"),
        (ready_to_undo, undo_driver, "Undoer", undo_driver.advance, "undone"),
        (ready_to_export, export_driver, "_write", export_driver.advance, "ready"),
    ],
)
def test_a_claim_is_given_back_as_soon_as_the_database_is(
    agent: User,
    make: Any,
    module: Any,
    step: str,
    advance: Any,
    end: str,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The process lives and has given up: nobody else could take the job before its heartbeat is stale."""
    settings.DATABASE_PATIENCE_SECONDS = 0
    job = make(agent)
    with pytest.MonkeyPatch.context() as patched:

        def away(*_: Any) -> None:
            patched.setitem(connection.settings_dict, "HOST", "/nowhere")
            connection.close()
            raise OperationalError("the database is away")

        patched.setattr(module, step, away)
        with pytest.raises(OperationalError):
            advance(job.pk)
        connection.close()
    told = [each for each in caplog.records if each.name.endswith(".job_attempts")]
    assert [each.levelname for each in told] == ["WARNING"]
    assert "was interrupted and begins again: OperationalError" in told[0].getMessage()

    deadline = time.monotonic() + 60
    while type(job).objects.get(pk=job.pk).claimed_by:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert advance(job.pk).state == end
