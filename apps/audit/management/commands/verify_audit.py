"""Verify that the history is whole."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.audit.models import Seal
from apps.audit.proof.verify import Verdict, audit_log_verify
from apps.core.commands import OperatorCommand
from apps.core.whole_file import whole_file


class Command(OperatorCommand):
    help = (
        "Prove that each record equals its newest history row, that no row is missing, edited or "
        "moved, and that the chain of digests is unbroken. Then seal what is new. "
        "Exit 1: the history is not whole. Exit 2: it could not be checked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")
        parser.add_argument("--no-seal", action="store_true", help="Prove only, and seal nothing.")
        parser.add_argument(
            "--digests-to", type=Path, metavar="PATH", help="Write the chain of digests to a file."
        )
        parser.add_argument(
            "--against",
            type=Path,
            metavar="PATH",
            help="Compare the chain with a file that --digests-to has written.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        strayed = _strayed(options["against"]) if options["against"] else []
        verdict = audit_log_verify(sealing=not options["no_seal"])
        if options["digests_to"] and verdict.whole and not strayed:
            lines = [
                f"{seal.pk} {seal.day} {seal.rows} {seal.digest}\n" for seal in Seal.objects.all()
            ]
            with whole_file(options["digests_to"]) as file:
                file.write("".join(lines).encode())
        whole = verdict.whole and not strayed
        if options["json"]:
            self.stdout.write(json.dumps(_as_dict(verdict, strayed, whole=whole)))
        else:
            self._print(verdict, strayed, whole=whole)
        if not whole:
            raise SystemExit(1)

    def nothing_done(self) -> dict[str, Any]:
        return {"whole": None}

    def _print(self, verdict: Verdict, strayed: list[str], *, whole: bool) -> None:
        for line in strayed:
            self.stderr.write(line)
        for problem in verdict.problems:
            where = f"{problem.table} {problem.position or ''} {problem.record}".strip()
            self.stderr.write(f"{problem.kind}: {where}: {problem.message}")
        word = (
            "complete"
            if whole
            else f"NOT COMPLETE, {len(verdict.problems) + len(strayed)} problems"
        )
        self.stdout.write(f"The audit log is {word}: {verdict.rows:,} rows. {verdict.note}".strip())


def _as_dict(verdict: Verdict, strayed: list[str], *, whole: bool) -> dict[str, object]:
    head = Seal.objects.last()
    return {
        "whole": whole,
        "rows": verdict.rows,
        "problems": [problem.as_dict() for problem in verdict.problems]
        + [{"kind": "digest", "table": "audit_seal", "message": line} for line in strayed],
        "sealed": [{"day": str(seal.day), "rows": seal.rows} for seal in verdict.sealed],
        "digest": head.digest if head else "",
        "note": verdict.note,
    }


def _strayed(path: Path) -> list[str]:
    """Return a sentence for each digest in the file that the chain no longer contains."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.", returncode=2) from error
    except UnicodeDecodeError:
        raise CommandError(
            f"{path} is not a file of digests. Give a file that --digests-to has written.",
            returncode=2,
        ) from None
    for number, line in enumerate(lines, start=1):
        if len(line.split()) != 4:
            raise CommandError(
                f"Line {number} of {path} is not a digest. Give a file that --digests-to has written.",
                returncode=2,
            )
    held = {str(pk): digest for pk, digest in Seal.objects.values_list("pk", "digest")}
    return [
        f"Seal {number} of {day} was {digest} and is {held.get(number, 'not there')}."
        for number, day, _rows, digest in (line.split() for line in lines)
        if held.get(number) != digest
    ]
