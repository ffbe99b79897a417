"""Tasks of a worker: what they log when the database is away for a moment."""

import logging
from typing import Any

import pytest
from celery import current_app, shared_task
from celery.app.trace import build_tracer
from django.db import connection

from apps.core.schedulable import schedulable

pytestmark = pytest.mark.django_db(transaction=True)


def end_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@shared_task(name="tests.loses_the_database")
def loses_the_database() -> None:
    end_the_connection()


@schedulable(label="Loses the database", description="Ends its own connection.")
def on_a_schedule() -> str:
    end_the_connection()
    return "Never."


@shared_task(name="tests.has_a_fault")
def has_a_fault() -> None:
    raise ValueError("A fault of ours.")


def run_as_a_worker(name: str) -> None:
    task = current_app.tasks[name]
    tracer = build_tracer(name, task, app=current_app)
    request = {"called_directly": False, "is_eager": False, "id": "a-task", "hostname": "test"}
    tracer("a-task", (), {}, request)
    connection.close()


@pytest.mark.parametrize("name", ["tests.loses_the_database", on_a_schedule.name])
def test_a_passing_outage_of_the_database_is_one_line(name: str, caplog: Any) -> None:
    with caplog.at_level(logging.INFO):
        run_as_a_worker(name)

    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [(record.levelname, record.exc_info) for record in told] == [("WARNING", None)]
    assert told[0].getMessage().startswith(f"{name} was ended by the database: ")
    assert "\n" not in told[0].getMessage()


def test_a_fault_of_ours_has_its_traceback(caplog: Any) -> None:
    with caplog.at_level(logging.INFO):
        run_as_a_worker("tests.has_a_fault")

    (told,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert told.exc_info
