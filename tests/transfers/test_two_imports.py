"""Two imports over the same records, from two real processes at the same moment."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import Membership
from apps.transfers.engine.driver import advance
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.selectors import plan_rows
from apps.transfers.services import import_run_confirm, import_run_match, import_run_start
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import MEMBER_HEADER, text_of

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, CHUNK = 240, 10

# Takes one run to its end in chunks of ten rows, when it is told to start.
WORKER = f"""
import os, sys, django
from django.conf import settings
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = sys.argv[1]
from apps.transfers.engine.runs import chunks, endings
from apps.transfers.engine import driver
chunks.CHUNK = {CHUNK}
driver.mail_result = endings.mail_result = lambda run: None
print("up", flush=True)
sys.stdin.readline()
run = driver.advance(int(sys.argv[2]))
print(run.state, run.error, flush=True)
"""


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("apps.core.sending.send_now", lambda *_args, **_kwargs: None)
    yield
    connections.close_all()


def planned(agent: User, numbers: list[int], phone: str) -> ImportRun:
    """Half of the people are there already, half are new; every row changes or makes a phone."""
    rows = [
        [f"p{n}@example.org", f"First{n}", "Last", f"{phone}-{n:04}", "H-1", "member"]
        for n in numbers
    ]
    content = text_of([MEMBER_HEADER, *rows]).encode()
    run = import_run_start(
        dataset="members", file=ContentFile(content, name="roster.csv"), actor=agent
    )
    advance(run.pk)
    run.refresh_from_db()
    import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent)
    advance(run.pk)
    run.refresh_from_db()
    assert run.counts == {"update": PEOPLE // 2, "create": PEOPLE // 2}
    return import_run_confirm(run=run, plan_token=run.plan_token, reason="both", actor=agent)


def at_once(*runs: ImportRun) -> list[str]:
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORKER, connection.settings_dict["NAME"], str(run.pk)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        )
        for run in runs
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "up"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [worker.communicate(timeout=120)[0].strip() for worker in workers]


def test_they_interleave_without_a_dead_lock_and_each_finds_what_the_other_did() -> None:
    agent: Any = SuperuserFactory()
    harbor = OrganizationFactory(name="Harbor", external_id="H-1")
    there = User.objects.bulk_create(
        User(email=f"p{n}@example.org", first_name=f"First{n}", last_name="Last", password="!")
        for n in range(0, PEOPLE, 2)
    )
    Membership.objects.bulk_create(
        Membership(user=user, organization=harbor, role="member") for user in there
    )
    before = User.history.count(), Membership.history.count()
    one = planned(agent, list(range(PEOPLE)), "111")
    # The other one has the same people in the opposite order.
    two = planned(agent, list(reversed(range(PEOPLE))), "222")

    answers = at_once(one, two)

    one.refresh_from_db()
    two.refresh_from_db()
    assert {answer.split()[0] for answer in answers} <= {"applied", "applied_in_part"}, answers
    done = [run.results["created"] + run.results["updated"] for run in (one, two)]
    assert sum(done) == PEOPLE
    assert [run.results["drifted"] for run in (one, two)] == [PEOPLE - number for number in done]
    # Each record is as the one that came first left it, and says so in the other's plan.
    phones = dict(User.objects.filter(email__startswith="p").values_list("email", "phone"))
    assert len(phones) == PEOPLE
    for run, phone in ((one, "111"), (two, "222")):
        mine = {email for email, value in phones.items() if value.startswith(phone)}
        applied = plan_rows(run, outcome="applied", limit=500).rows
        drifted = plan_rows(run, outcome="drifted", limit=500).rows
        assert {row.values["email"] for row in applied} == mine
        assert {row.values["email"] for row in drifted} == set(phones) - mine
    # One history row for each record, whichever run wrote it.
    assert Membership.objects.count() == PEOPLE
    assert (User.history.count(), Membership.history.count()) == (
        before[0] + PEOPLE,
        before[1] + PEOPLE // 2,
    )


def test_two_tabs_that_confirm_at_the_same_moment_start_one_import() -> None:
    """Each in a transaction of its own, as two requests have it; a worker for each finds one job."""
    import threading

    agent: Any = SuperuserFactory()
    OrganizationFactory(name="Harbor", external_id="H-1")
    rows = [[f"p{n}@example.org", "First", "Last", "", "H-1", "member"] for n in range(20)]
    run = import_run_start(
        dataset="members",
        file=ContentFile(text_of([MEMBER_HEADER, *rows]).encode(), name="roster.csv"),
        actor=agent,
    )
    advance(run.pk)
    run.refresh_from_db()
    import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent)
    advance(run.pk)
    run.refresh_from_db()
    with pytest.raises(DomainError, match="Only the person who started this import can apply it"):
        import_run_confirm(
            run=run, plan_token=run.plan_token, reason="mine", actor=SuperuserFactory()
        )
    together = threading.Barrier(2)
    answers: list[Any] = []

    def confirm(tab: str) -> None:
        try:
            together.wait(timeout=20)
            done = import_run_confirm(run=run, plan_token=run.plan_token, reason=tab, actor=agent)
            advance(run.pk)
            answers.append(done.pk)
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=[tab]) for tab in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert answers == [run.pk, run.pk]
    run.refresh_from_db()
    assert (run.state, run.results["created"]) == ("applied", 20)
    assert run.confirmed_by == agent
    assert run.reason in ("one", "two")
    assert Membership.history.count() == Membership.objects.count() == 20
