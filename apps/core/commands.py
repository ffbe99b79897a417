"""The base of our commands: how they end, in words, in JSON, and in an exit code."""

import json
import logging
import os
import sys
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from apps.core.command_log import tracebacks_to_file
from apps.core.errors import DomainError
from apps.core.interruption import Interrupted, listening

logger = logging.getLogger(__name__)

# Exit codes: done; the call or the file cannot be used; done in part, or only for some rows.
OK, UNUSABLE, INCOMPLETE = 0, 2, 3


class OperatorCommand(BaseCommand):
    """A command for an operator or a script. It always ends with one sentence on stderr and an exit
    code.

    With `--json`, stdout ends with one JSON object, even if the command refuses. `--traceback`
    shows where an unexpected error came from; without it, the traceback goes to
    `$VAR_DIR/log/commands.log`.
    """

    # Whether the call has --json. Known before the arguments are parsed.
    _json = False
    _is_from_shell = False

    def run_from_argv(self, argv: list[str]) -> None:
        self._json = any(len(a) > 3 and "--json".startswith(a) for a in argv[2:])
        self._is_from_shell = True
        super().run_from_argv(argv)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: object) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if parser.called_from_command_line:
            parser.error = self._unparsable  # type: ignore[method-assign]
        return parser

    def _unparsable(self, message: str) -> NoReturn:
        self.refuse(f"{message[:1].upper()}{message[1:]}. See --help.")

    def execute(self, *args: Any, **options: Any) -> str | None:
        self._json = bool(options.get("json"))
        with listening(), tracebacks_to_file(bool(options.get("traceback"))):
            try:
                return super().execute(*args, **options)
            except DomainError as error:
                self.refuse(error.message)
            except CommandError as error:
                if not self._is_from_shell:
                    raise
                self.refuse(str(error), error.returncode if error.returncode > 1 else UNUSABLE)
            except PermissionDenied as error:
                self.refuse(f"This needs the permission {error}.")
            except Interrupted as signal:
                self.refuse(self._interrupted(str(signal)), INCOMPLETE)
            except BrokenPipeError:
                # The reader of our output closed the pipe, so there is nobody to tell.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise SystemExit(INCOMPLETE) from None
            except (OperationalError, InterfaceError) as error:
                self.refuse(*self.away(str(error).strip().partition("\n")[0].rstrip(".")))
            except Exception as error:
                if options.get("traceback"):
                    raise
                logger.exception("The command failed.")
                self.refuse(
                    f"The command failed unexpectedly ({type(error).__name__}). "
                    "Run it again with --traceback to see where."
                )

    def refuse(self, sentence: str, code: int = UNUSABLE) -> NoReturn:
        """Print why nothing (more) was done, and exit."""
        self.stderr.write(sentence)
        if self._json:
            try:
                message = self.nothing_done()
            except (OperationalError, InterfaceError):
                message = self.unknown()
            message["error"] = message.get("error") or sentence
            self.stdout.write(json.dumps(message, default=str))
        raise SystemExit(code)

    def nothing_done(self) -> dict[str, Any]:
        """Return the `--json` object of a refusal; `error` is added unless it has one."""
        return {}

    def unknown(self) -> dict[str, Any]:
        """Return the `--json` object for a database that does not answer; `error` is added."""
        return {}

    def away(self, message: str) -> tuple[str, int]:
        """Return the sentence and the exit code for a database that does not answer; `message` is its error."""
        return (
            f"The database does not answer: {message}. What was written is kept; "
            "run the command again when it does.",
            UNUSABLE,
        )

    def _interrupted(self, signal: str) -> str:
        try:
            return self.interrupted(signal)
        except (OperationalError, InterfaceError) as error:
            message = str(error).strip().partition("\n")[0].rstrip(".")
            return f"Interrupted by {signal}. {self.away(message)[0]}"

    def interrupted(self, signal: str) -> str:
        """Return the sentence for a command that `signal` stopped."""
        return f"Interrupted by {signal} before it was done."


class DataCommand(OperatorCommand):
    """A command that moves rows in a small process.

    Before other commands, Django checks everything, and for that loads every page of the product.
    This command checks only dataset declarations and empty ports; `manage.py check` checks the
    rest.
    """

    requires_system_checks = ("datasets", "ports")
