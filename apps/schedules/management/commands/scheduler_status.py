"""Tell whether the scheduler is alive, and which alarms are open."""

import json
from argparse import ArgumentParser
from typing import Any

from apps.core.commands import OperatorCommand
from apps.schedules.alarm_mails import unsent_mails
from apps.schedules.heartbeat import scheduler_state
from apps.schedules.models import Alarm


class Command(OperatorCommand):
    help = (
        "Tell when the scheduler was last heard of, which alarms are open, and how many e-mails about them "
        "have not been sent. Exit 1: the scheduler has been silent for two minutes or more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        state = scheduler_state()
        alarms = list(Alarm.objects.filter(ended_at=None).order_by("since"))
        unsent = unsent_mails().count()
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "silent": state.is_silent,
                        "last_seen": state.at.isoformat() if state.at else None,
                        "alarms": [_as_dict(alarm) for alarm in alarms],
                        "unsent_mails": unsent,
                    }
                )
            )
        else:
            self._print(state.sentence, alarms, unsent)
        if state.is_silent:
            raise SystemExit(1)

    def nothing_done(self) -> dict[str, Any]:
        return {"silent": None}

    def _print(self, sentence: str, alarms: list[Alarm], unsent: int) -> None:
        self.stdout.write(sentence)
        for alarm in alarms:
            noted = " (acknowledged)" if alarm.acknowledged_at else ""
            self.stdout.write(f"{alarm.since:%Y-%m-%d %H:%M %Z} {alarm}{noted}")
        if not alarms:
            self.stdout.write("No alarm is open.")
        if unsent:
            self.stdout.write(f"E-mails about alarms that have not been sent: {unsent}.")


def _as_dict(alarm: Alarm) -> dict[str, Any]:
    return {
        "kind": alarm.kind,
        "schedule": alarm.schedule_name,
        "since": alarm.since.isoformat(),
        "details": alarm.details,
        "run": alarm.run_id,
        "acknowledged": alarm.acknowledged_at is not None,
    }
