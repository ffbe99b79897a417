"""Turns a flag, a switch, or a sample, and waits until every process answers from it."""

import json
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import INCOMPLETE, OperatorCommand
from apps.flags.processes import Uptake, uptake
from apps.flags.turning import STATES, toggle_turn, uptake_wait

BY = "command flag"


class Command(OperatorCommand):
    help = (
        "Turn a flag, a switch, or a sample on or off for everyone, or leave a flag to its targets. "
        "Exit 0: done, and with --wait taken up by every process. Exit 3: --wait ended before that; stderr names "
        "the processes that have not. Exit 2: refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The name of the flag, switch, or sample.")
        parser.add_argument(
            "state", choices=STATES, help="What it becomes; only a flag can be left to its targets."
        )
        parser.add_argument("--reason", default="", help="Why you turn it. Kept in the audit log.")
        parser.add_argument(
            "--wait",
            nargs="?",
            type=float,
            const=10.0,
            metavar="SECONDS",
            help="Wait until all processes have taken it up, for at most this long (10).",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object, even if the command fails."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        toggle, has_changed = toggle_turn(
            name=options["name"], state=options["state"], reason=options["reason"], actor=BY
        )
        word = "left to its targets" if options["state"] == "targets" else options["state"]
        sentence = f"The {toggle._meta.verbose_name} {toggle.name} "
        sentence += f"is now {word}." if has_changed else f"was {word} already."
        found = uptake() if options["wait"] is None else uptake_wait(seconds=options["wait"])
        self._say(sentence, found, options)
        if options["wait"] is not None and not found.is_whole:
            names = ", ".join(each.label for each in found.late)
            self.stderr.write(f"Not taken up yet by: {names}.")
            raise SystemExit(INCOMPLETE)

    def _say(self, sentence: str, found: Uptake, options: dict[str, Any]) -> None:
        if not options["json"]:
            self.stdout.write(sentence)
            if options["wait"] is not None:
                self.stdout.write(found.sentence)
            return
        message = {
            "name": options["name"],
            "state": options["state"],
            "processes": len(found.processes),
            "taken_up": len(found.processes) - len(found.late),
            "late": [each.name for each in found.late],
            "seconds": found.seconds if found.is_whole else None,
        }
        self.stdout.write(json.dumps(message))
