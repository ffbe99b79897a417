"""What a person does to an import; the worker does the rest.

Each asks for `transfers.import_data` and the permissions of the models that the dataset writes
(`actor=None` is a command on the server, which may), and whether the gate `BULK_IMPORT` is open.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.accounts.approvals.guard import require_approval
from apps.accounts.approvals.services import approvals_void
from apps.audit.context import real_actor_id
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.access import APPLY_IMPORT
from apps.transfers.engine.apply.stale_plan import stale_plan
from apps.transfers.engine.match.saved_matchings import matching_remember
from apps.transfers.engine.runs.events import record_cancel
from apps.transfers.engine.runs.permissions import check_may_import
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.options import Matching, Reading
from apps.transfers.reading.content import detect_format
from apps.transfers.services.matching_checks import check_matching
from apps.transfers.tasks import import_run_advance_later
from apps.transfers.uploads import private_path, upload_create

State = ImportRun.State
PLANNED_AGAIN = "The rows were checked again after you opened this page. Review them once more."


class StalePlanError(DomainError):
    """The records of the plan no longer exist: the rows must be checked again."""


def import_run_start(
    *,
    dataset: str,
    file: File,
    name: str = "",
    reading: Reading | None = None,
    attempt_of: ImportRun | None = None,
    actor: Actor,
    source: str = "import",
) -> ImportRun:
    """Store the file, create the run in state `uploaded`, and ask a worker to read it.

    An attempt of an earlier run takes over that run's way of reading and of matching. Raises
    DomainError for a file that is empty, too large, or no table at all.
    """
    check_may_import(actor, registry.get(dataset))
    upload = upload_create(file=file, name=name or file.name or "upload", actor=actor)
    try:
        detect_format(private_path(upload))
    except DomainError:
        private_path(upload).unlink(missing_ok=True)
        upload.delete()
        raise
    with transaction.atomic():
        run = ImportRun.objects.create(
            dataset=dataset,
            upload=upload,
            user=user_or_none(actor),
            real_user_id=real_actor_id(),
            source=source,
            reading=(reading or Reading()).to_json(),
            matching=attempt_of.matching if attempt_of else {},
            reason=attempt_of.reason if attempt_of else "",
            attempt_of=attempt_of,
        )
        import_run_advance_later(run)
    return run


def _locked(run: ImportRun, actor: Actor) -> ImportRun:
    """Lock the run's row; the caller is in a transaction and must not have read other rows before."""
    check_may_import(actor, registry.get(run.dataset))
    return run_in_scope(run, actor)


def run_in_scope[Run: (ImportRun, UndoRun)](run: Run, actor: Actor) -> Run:
    """Lock and return the run's row. Raises DomainError if it is not (or no longer) in the scope of `actor`."""
    user = user_or_none(actor)
    runs: Any = type(run)._default_manager
    found = runs.all() if user is None else runs.for_staff(user)
    locked: Run | None = found.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if locked is None:
        raise DomainError("This import no longer exists, or is outside your scope.")
    return locked


@transaction.atomic
def import_run_reread(*, run: ImportRun, reading: Reading, actor: Actor) -> ImportRun:
    """Read the file again with other settings; what was matched and planned is forgotten."""
    run = _locked(run, actor)
    if run.state not in (State.READ, State.PLANNED, State.UPLOADED) and not (
        run.state == State.FAILED and run.planned_at is None
    ):
        raise DomainError(
            f"This import is {run.get_state_display().lower()}, so its file can no longer be read again."
        )
    run.reading, run.matching, run.state = reading.to_json(), {}, State.UPLOADED
    run.error, run.ended_at, run.plan_token, run.cancel_requested_at = "", None, "", None
    run.save()
    _void_requests(run, "The file is read again.")
    import_run_advance_later(run)
    return run


@transaction.atomic
def import_run_match(*, run: ImportRun, matching: Matching, actor: Actor) -> ImportRun:
    """Fix what the columns mean (state `matched`) and ask a worker for a plan.

    Allowed in `read` and `planned` (going back). Raises DomainError where a field that the dataset
    needs has no column, or one field has two.
    """
    run = _locked(run, actor)
    if run.state not in (State.READ, State.PLANNED):
        raise DomainError(
            f"This import is {run.get_state_display().lower()}, so its columns can't be matched now."
        )
    if run.findings.get("needs_sheet"):
        raise DomainError("The workbook has several sheets. Choose one first.")
    check_matching(run, matching)
    if matching.create_missing:
        check_may_import(actor, registry.get(run.dataset), create_missing=matching.create_missing)
    run.matching, run.state, run.plan_token = matching.to_json(), State.MATCHED, ""
    run.save(update_fields=["matching", "state", "plan_token"])
    _void_requests(run, "The file is planned again.")
    matching_remember(run)
    import_run_advance_later(run)
    return run


@transaction.atomic
def import_run_check_again(
    *, run: ImportRun, plan_token: str, create_missing: Sequence[str] = (), actor: Actor
) -> ImportRun:
    """Plan the run again as its columns were matched, with what is there now.

    `create_missing` adds relation columns whose missing records are to be created. Raises DomainError
    where the plan is not the one that was looked at (`plan_token`).
    """
    run = _locked(run, actor)
    if run.plan_token != plan_token:
        raise DomainError(PLANNED_AGAIN)
    matching = Matching.from_json(run.matching)
    known = dict.fromkeys([*matching.create_missing, *create_missing])
    return import_run_match(
        run=run, matching=replace(matching, create_missing=list(known)), actor=actor
    )


@transaction.atomic
def import_run_confirm(
    *,
    run: ImportRun,
    plan_token: str,
    reason: str,
    typed_number: int | None = None,
    accept_impacts: bool = False,
    allow_empty: bool = False,
    actor: Actor,
) -> ImportRun:
    """Accept the plan that was looked at (`plan_token`) and ask a worker to apply it.

    Confirming what is confirmed already is not an error and changes nothing. Raises DomainError when
    the plan has been made again, when nothing is to be done, when what it rests on was undone, when a
    blast radius demands a typed number, or when rows are refused and the run is all or nothing;
    `ApprovalNeeded` where a second person must look at the plan first.
    `accept_impacts` and `allow_empty` are for commands, where nobody types.
    """
    run = _locked(run, actor)
    if created := run.matching.get("create_missing"):
        check_may_import(actor, registry.get(run.dataset), create_missing=created)
    if run.plan_token == plan_token and run.confirmed_at is not None:
        return run
    _refuse_plan(run, plan_token, allow_empty=allow_empty)
    if not accept_impacts:
        _refuse_untyped(run, typed_number)
    user = user_or_none(actor)
    if user is not None and run.user_id not in (None, user.pk):
        raise DomainError("Only the person who started this import can apply it.")
    if (stale := stale_plan(run)) is not None:
        raise StalePlanError(stale.why)
    require_approval(
        APPLY_IMPORT,
        {"run": run.pk, "plan_token": plan_token, "typed_number": typed_number},
        count=run.rows_to_do,
        actor=actor,
    )
    run.reason, run.state = reason.strip() or run.reason, State.CONFIRMED
    run.confirmed_at, run.confirmed_by = timezone.now(), user
    # The person who confirms is the actor: the worker writes with both names.
    run.real_user_id = real_actor_id()
    run.save(update_fields=["reason", "state", "confirmed_at", "confirmed_by", "real_user"])
    import_run_advance_later(run)
    return run


def _refuse_plan(run: ImportRun, plan_token: str, *, allow_empty: bool) -> None:
    """Refuse a plan that is not the one that was looked at, or that can't be applied."""
    if run.state != State.PLANNED:
        raise DomainError(
            f"This import is {run.get_state_display().lower()}, so there is no plan to confirm."
        )
    if run.plan_token != plan_token:
        raise DomainError(PLANNED_AGAIN)
    refused = run.counts.get("refused", 0)
    if run.matching.get("on_error") == "stop" and refused:
        raise DomainError(
            f"{refused:,} row{'s are' if refused > 1 else ' is'} refused and the import is "
            "all or nothing. Correct the file, or import the good rows."
        )
    if not run.rows_to_do and not allow_empty:
        raise DomainError("Nothing in this file would change anything.")


def _refuse_untyped(run: ImportRun, typed_number: int | None) -> None:
    """Refuse a large effect whose number nobody has typed."""
    # Several sentences may require a number: the largest counts for all of them.
    demanding = [impact for impact in run.impacts if impact["must_type"]]
    worst = max(demanding, key=lambda impact: impact["number"], default=None)
    if worst is not None and typed_number != worst["number"]:
        raise DomainError(f"{worst['sentence']} Type {worst['number']} to confirm.")


@transaction.atomic
def import_run_cancel(*, run: ImportRun, actor: Actor, reason: str = "") -> ImportRun:
    """Stop the run: at once if no worker has it, otherwise within one chunk. `reason` goes into the
    audit log.
    """
    run = _locked(run, actor)
    if run.has_ended:
        raise DomainError(f"The import has already ended: {run.get_state_display().lower()}.")
    record_cancel(run, reason=reason, actor=actor)
    run.cancel_requested_at = timezone.now()
    if run.is_waiting_for_a_person or not run.claimed_by:
        if not run.rows_done:
            run.state, run.ended_at = State.CANCELED, timezone.now()
            why = f"Canceled ({reason.strip()})" if reason.strip() else "Canceled"
            run.error = f"{why} before anything was changed."
        else:
            import_run_advance_later(run)
    else:
        # The worker that has the run may have been killed: then this message resumes it.
        import_run_advance_later(run)
    run.save(update_fields=["cancel_requested_at", "state", "ended_at", "error"])
    _void_requests(run, "The import was canceled.")
    return run


def _void_requests(run: ImportRun, why: str) -> None:
    """Void the waiting approval request: what it covers no longer exists."""
    approvals_void(kind=APPLY_IMPORT, arguments={"run": run.pk}, why=why)
