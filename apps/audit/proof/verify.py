"""Runs the whole verification and stores its verdict."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.utils import timezone

from apps.audit import event_kinds
from apps.audit.events import record_event
from apps.audit.history import audited
from apps.audit.models import Seal, Verification
from apps.audit.proof.chain import check_chain, check_sealed_rows
from apps.audit.proof.definitions import check_definitions
from apps.audit.proof.functions import check_functions
from apps.audit.proof.problems import Problem
from apps.audit.proof.records import check_records
from apps.audit.proof.seals import StillOpenError, seal
from apps.audit.proof.server import check_server
from apps.audit.proof.structure import check_structure
from apps.audit.proof.tables import plain_text, sealed_tables
from apps.audit.proof.trigger_checks import check_triggers


@dataclass
class Verdict:
    problems: list[Problem]
    rows: int
    sealed: list[Seal] = field(default_factory=list)
    note: str = ""

    @property
    def whole(self) -> bool:
        return not self.problems


def audit_log_verify(*, sealing: bool = True, keep: bool = True, wait: float = 10.0) -> Verdict:
    """Verify the history in one snapshot. If it is whole, seal the new rows. Store the verdict.

    A broken history is never sealed, so that the problem stays visible. Must not be called inside a
    transaction if it should seal.
    """
    started = timezone.now()
    with plain_text(isolation="REPEATABLE READ"):
        verdict = Verdict(list(_problems()), _rows())
    if verdict.whole and sealing:
        try:
            verdict.sealed = seal(wait=wait)
        except StillOpenError:
            verdict.note = "A long transaction is open: what is new will be sealed the next time."
    if keep:
        _keep(verdict, started)
    return verdict


def _problems() -> Iterator[Problem]:
    yield from check_server()
    yield from check_structure()
    yield from check_definitions()
    yield from check_functions()
    yield from check_triggers()
    for each in audited:
        yield from check_records(each)
    yield from check_chain()
    for table in sealed_tables():
        yield from check_sealed_rows(table)


def _rows() -> int:
    with connection.cursor() as cursor:
        each = " UNION ALL ".join(
            f'SELECT count(*) FROM "{table.name}"' for table in sealed_tables()
        )
        cursor.execute(f"SELECT sum(count)::bigint FROM ({each}) AS counts (count)")
        return int(cursor.fetchone()[0])


def _keep(verdict: Verdict, started: datetime) -> None:
    head = Seal.objects.last()
    Verification.objects.create(
        started_at=started,
        finished_at=timezone.now(),
        whole=verdict.whole,
        rows=verdict.rows,
        problems=[problem.as_dict() for problem in verdict.problems[:1000]],
        head=head.digest if head and verdict.whole else "",
    )
    record_event(
        event_kinds.VERIFICATION,
        whole=verdict.whole,
        rows=verdict.rows,
        problems=len(verdict.problems),
    )
