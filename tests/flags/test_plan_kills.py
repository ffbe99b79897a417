"""A planned change happens once: with two processes at it, and with one that is killed in the middle of it."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from apps.core.models import QueuedMail
from apps.flags.models import ChangePlan, Flag
from apps.flags.plans.planning import Step, changes_plan
from apps.flags.tasks import carry_out_planned_changes
from tests.at_once import at_once
from tests.factories.accounts import SuperuserFactory
from tests.factories.flags import FlagFactory

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connections
settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = sys.argv[1]
from apps.flags.tasks import carry_out_planned_changes
carry_out_planned_changes()
"""


def due_plan() -> tuple[Flag, ChangePlan]:
    flag = FlagFactory()
    before = timezone.now() - timedelta(minutes=10)
    steps = [
        Step(before + timedelta(minutes=1), "25"),
        Step(timezone.now() + timedelta(days=1), "on"),
    ]
    with time_machine.travel(before, tick=False):
        plan = changes_plan(
            kind="flag", name=flag.name, steps=steps, reason="Ramp", actor=SuperuserFactory()
        )
    return flag, plan


def happened(flag: Flag, plan: ChangePlan) -> dict[str, Any]:
    flag.refresh_from_db()
    return {
        "percent": flag.percent and int(flag.percent),
        "rows": flag.history.filter(history_type="~").count(),
        "states": list(plan.changes.values_list("state", flat=True)),
        "mails": QueuedMail.objects.filter(kind="flag change done").count(),
    }


NOTHING = {"percent": None, "rows": 0, "states": ["waiting"] * 2, "mails": 0}
ONCE = {"percent": 25, "rows": 1, "states": ["done", "waiting"], "mails": 1}


def test_four_at_once_carry_a_change_out_once() -> None:
    flag, plan = due_plan()

    at_once([carry_out_planned_changes] * 4)

    assert happened(flag, plan) == ONCE


@pytest.mark.faults
def test_after_a_kill_in_the_middle_it_is_carried_out_once() -> None:
    flag, plan = due_plan()
    with transaction.atomic(), connection.cursor() as cursor:
        # The e-mail is written last, and has to wait: the flag is turned by then, and nothing is committed.
        cursor.execute("LOCK TABLE core_queuedmail IN EXCLUSIVE MODE")
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORKER, str(connection.settings_dict["NAME"])],
            cwd=Path(__file__).resolve().parents[2],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        )
        until, waits = time.monotonic() + 60, 0
        while not waits and time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'core_queuedmail'::regclass"
            )
            (waits,) = cursor.fetchone()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert waits
        assert happened(flag, plan) == NOTHING

    carry_out_planned_changes()

    assert happened(flag, plan) == ONCE
