"""Each task has a queue, and somebody listens to each queue."""

import pytest
from celery import current_app
from django.conf import settings

from apps.core.job_kinds import JOB_KINDS
from apps.core.sending import is_known_queue, queue_of
from config.queues import QUEUES
from deploy.standalone.serve import worker_options


def _tasks() -> list[str]:
    current_app.loader.import_default_modules()
    return sorted(name for name in current_app.tasks if name.startswith("apps."))


def test_every_task_declares_a_queue_of_ours() -> None:
    assert _tasks()
    assert {name: queue_of(name) for name in _tasks() if queue_of(name) not in QUEUES} == {}


def test_the_task_that_each_kind_of_job_names_exists() -> None:
    # A name instead of the task itself: loading the task loads all that it needs.
    assert {kind.task for kind in JOB_KINDS} - set(_tasks()) == set()


@pytest.mark.parametrize("queue", QUEUES)
def test_make_run_and_production_have_a_worker_for_each(queue: str) -> None:
    assert is_known_queue(queue)
    assert f"-Q {queue} " in worker_options(queue)
    assert f"-Q {queue} " in (settings.BASE_DIR / "deploy" / "production.md").read_text()
