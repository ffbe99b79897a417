"""An import of 10,000 rows while read-only mode is turned on and off: it waits at a chunk, and ends as if nothing had happened."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from apps.core.read_only import ReadOnlyError
from apps.organizations.models import Membership
from apps.transfers.models import ImportRun
from apps.transfers.models.uploads import private_storage
from apps.transfers.options import Matching
from apps.transfers.services import import_run_confirm, import_run_match, import_run_start
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import OrganizationFactory
from tests.flags.read_only_mode import turn
from tests.transfers.engine import MEMBER_HEADER, text_of

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 10_000
# A worker that looks for work as the sweep does, without a broker in between; its chunks are small.
WORKER = """
import sys, time, django
django.setup()
from django.conf import settings
from django.db import connections
settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.FOUR_EYES = {}
from apps.core.jobs import waiting_jobs
from apps.transfers.engine.driver import advance
from apps.transfers.engine.runs import chunks
from apps.transfers.models import ImportRun
chunks.CHUNK = 250
print("up", flush=True)
while True:
    for job in waiting_jobs([ImportRun]):
        advance(job.pk)
    time.sleep(0.02)
"""


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, str(connection.settings_dict["NAME"])],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline().strip() == "up"
        yield
        process.kill()
        process.wait()


def until(run: ImportRun, is_so: Any) -> None:
    deadline = time.monotonic() + 120
    while not is_so(run):
        assert time.monotonic() < deadline, f"{run.state} with {run.rows_done} after two minutes"
        time.sleep(0.01)
        run.refresh_from_db()


def test_a_refused_upload_leaves_no_file_that_nobody_would_delete() -> None:
    uploads, actor = Path(private_storage().path("uploads")), SuperuserFactory()
    before = set(uploads.glob("*"))
    turn(True)
    with pytest.raises(ReadOnlyError):
        import_run_start(
            dataset="members", file=ContentFile(b"E-mail,Organization\n", "m.csv"), actor=actor
        )
    assert set(uploads.glob("*")) == before


def test_an_import_waits_at_a_chunk_and_goes_on_by_itself(
    worker: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FOUR_EYES = {}
    monkeypatch.setattr("apps.core.sending.send_now", lambda *_args, **_kwargs: None)
    for number in range(50):
        OrganizationFactory(name=f"Harbor {number}", external_id=f"H-{number}")
    people = (
        [f"p{n}@example.org", f"First{n}", "Last", "", f"H-{n % 50}", "member"] for n in range(ROWS)
    )
    agent = SuperuserFactory()
    run = import_run_start(
        dataset="members",
        file=ContentFile(text_of([MEMBER_HEADER, *people]).encode(), name="roster.csv"),
        actor=agent,
    )
    until(run, lambda run: run.state == "read")
    import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent)
    until(run, lambda run: run.state == "planned")
    import_run_confirm(run=run, plan_token=run.plan_token, reason="Autumn roster", actor=agent)
    until(run, lambda run: run.rows_done >= 1_000)

    turn(True)
    done = Membership.objects.count()
    until(run, lambda run: run.claimed_by == "")
    assert run.state == "applying"
    assert 1_000 <= run.rows_done == done < ROWS
    assert Membership.objects.count() == done

    turn(False)
    until(run, lambda run: run.state not in ImportRun.WORK_STATES)
    assert (run.state, run.failures, run.error) == ("applied", 0, "")
    assert Membership.objects.count() == Membership.history.count() == ROWS
