"""The flag `create-missing` decides whether an import may create the records that its rows name."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.core.gates import GateClosedError, is_open
from apps.flags.models import Flag
from apps.flags.services import flag_set, flags_ensure
from apps.organizations.models import Organization
from apps.transfers.gates import CREATE_MISSING
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.services import import_run_match
from tests.factories.accounts import SuperuserFactory
from tests.factories.flags import lose
from tests.transfers.engine import Importer
from tests.transfers.wizard import confirm, planned_run, text, url, work

pytestmark = pytest.mark.django_db

ROSTER = "E-mail,Committee\nnew@example.org,Nova Board\n"
CREATE = {"create_organization": "on"}
OFF = "Creating missing records in imports is switched off by the flag create-missing"


@pytest.fixture
def turn(reference: None) -> Callable[[bool], None]:
    flags_ensure()
    root = SuperuserFactory(first_name="Grace", last_name="Hopper")

    def turned(on: bool) -> None:
        flag_set(name="create-missing", everyone=on, reason="Too many doubles", actor=root)

    return turned


def _made() -> bool:
    return Organization.objects.filter(name="Nova Board").exists()


def test_it_is_on_in_a_new_installation_and_off_while_its_row_is_missing(
    turn: Callable[[bool], None],
) -> None:
    assert is_open(CREATE_MISSING)
    lose(Flag, "create-missing")
    assert not is_open(CREATE_MISSING)


def test_off_it_is_neither_offered_nor_done_and_on_again_it_is(
    support: Client, agent: Any, turn: Callable[[bool], None]
) -> None:
    turn(False)
    run = planned_run(support, ROSTER, choices=CREATE)

    # The rows that need it are refused, and the pages don't offer it.
    assert run.counts == {"refused": 1}
    assert "create_organization" not in text(support.get(url("columns", run)))
    assert 'name="create"' not in text(support.get(url("check", run)))
    # Who asks all the same is told why, by the page and by the service.
    asked = {"create": ["organization"], "plan_token": run.plan_token}
    page = text(support.post(url("check", run), asked, follow=True))
    assert OFF in page
    assert "Too many doubles" in page
    matching = Matching.from_json({**run.matching, "create_missing": ["organization"]})
    with pytest.raises(GateClosedError, match=OFF):
        import_run_match(run=run, matching=matching, actor=agent)

    turn(True)
    assert 'name="create_organization"' in text(support.get(url("columns", run)))
    support.post(url("check", run), asked)
    work()
    run.refresh_from_db()
    confirm(support, run)
    work()
    assert _made()


def test_a_plan_made_while_it_was_on_is_refused_when_it_is_confirmed(
    support: Client, turn: Callable[[bool], None]
) -> None:
    run = planned_run(support, ROSTER, choices=CREATE)
    turn(False)

    answer = confirm(support, run)

    assert answer.status_code == 409
    assert OFF in text(answer)
    run.refresh_from_db()
    assert run.state == ImportRun.State.PLANNED
    # The way on: the columns again, without it.
    support.post(url("columns", run), {"mode": "upsert", "on_error": "skip"})
    assert not _made()


def test_what_was_confirmed_while_it_was_on_creates_nothing(
    support: Client, turn: Callable[[bool], None]
) -> None:
    run = planned_run(support, ROSTER, choices=CREATE)
    assert confirm(support, run).status_code == 302
    turn(False)

    work()

    run.refresh_from_db()
    assert run.state == ImportRun.State.FAILED
    assert OFF in run.error
    assert not _made()


def test_the_command_is_refused_and_other_imports_go_on(
    importer: Importer, turn: Callable[[bool], None]
) -> None:
    turn(False)
    rows = [["E-mail", "Committee"], ["new@example.org", "Nova Board"]]
    option = ("--create-missing", "organization")

    refused = importer.rows("members", rows, *option)
    assert refused.code != 0
    assert OFF in refused.err + str(refused.json)
    assert not _made()
    assert importer.organizations(["Plain", "P-1"]).created == 1

    turn(True)
    assert importer.rows("members", rows, *option).code == 0
    assert _made()
