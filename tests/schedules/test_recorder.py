"""What is written around a run: claimed once, ended as it ended."""

import logging
from typing import Any

import pytest
from celery import current_app

from apps.core.schedulable import current_run_id, schedulable
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.tasks import prune_task_runs
from tests.factories.schedules import TaskRunFactory

pytestmark = pytest.mark.django_db
calls: list[int | None] = []


@schedulable(label="Probe", description="Says in which run it is.", name="tests.probe")
def probe(word: str = "well", text: str = "") -> str:
    calls.append(current_run_id.get())
    if word == "ill":
        raise ValueError(text or "This is not well.")
    return text or f"All {word}."


def _deliver(run: TaskRun, **kwargs: Any) -> None:
    """Do what a worker does with the run's message."""
    task = current_app.tasks["tests.probe"]
    task.apply(kwargs=kwargs, headers={RUN_HEADER: run.pk}, throw=False)
    run.refresh_from_db()


def test_a_run_that_succeeds_keeps_what_its_task_said() -> None:
    run = TaskRunFactory(task_name="tests.probe")
    calls.clear()

    _deliver(run)

    assert (run.state, run.message) == (TaskRun.State.SUCCEEDED, "All well.")
    assert run.duration is not None
    assert calls == [run.pk]


@pytest.mark.filterwarnings("ignore")
def test_a_run_that_fails_keeps_the_error() -> None:
    run = TaskRunFactory(task_name="tests.probe")
    _deliver(run, word="ill")
    assert (run.state, run.message) == (TaskRun.State.FAILED, "ValueError: This is not well.")


@pytest.mark.parametrize("state", ["running", "succeeded", "failed", "lost", "refused"])
def test_a_message_that_comes_twice_runs_nothing(state: str) -> None:
    run = TaskRunFactory(task_name="tests.probe", state=state)
    calls.clear()
    _deliver(run)
    assert calls == []
    assert run.state == state


def test_a_message_sent_by_code_leaves_a_row_as_well() -> None:
    current_app.tasks["tests.probe"].apply(task_id="given-by-code")
    run = TaskRun.objects.get()
    assert run.run_key == "message:given-by-code"
    assert run.state == TaskRun.State.SUCCEEDED
    assert run.schedule is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("null \0 character", "null \N{REPLACEMENT CHARACTER} character"),
        ("half \ud83d of a pair", "half ? of a pair"),
        ("\U0001f680 <b>\u202eright to left", "\U0001f680 <b>\u202eright to left"),
        ("x" * 10_000_000, "9,990,000 characters are left out here"),
    ],
    ids=["null", "half a pair", "right to left", "long"],
)
@pytest.mark.parametrize("fails", [False, True])
def test_whatever_a_task_says_its_run_ends(said: str, kept: str, fails: bool) -> None:
    run = TaskRunFactory(task_name="tests.probe")
    # pytest-xdist sends the captured log, and cannot send half of a pair.
    logging.disable()

    try:
        _deliver(run, word="ill" if fails else "well", text=said)
    finally:
        logging.disable(logging.NOTSET)

    assert run.state == ("failed" if fails else "succeeded")
    assert len(run.message) < 11_000
    assert len(run.traceback) < 51_000
    if len(said) < 1000:
        assert kept in run.message
    else:
        assert "characters are left out here" in run.message


def test_called_as_a_function_a_task_leaves_no_row() -> None:
    assert prune_task_runs() == "0 runs deleted."
    assert not TaskRun.objects.exists()
