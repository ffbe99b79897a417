"""Continues a file whose import stopped before its end."""

from django.db import transaction

from apps.accounts.actors import user_or_none
from apps.audit.context import real_actor_id
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.engine.runs.permissions import check_may_import
from apps.transfers.models import ImportRun
from apps.transfers.services.imports import run_in_scope
from apps.transfers.tasks import import_run_advance_later

State = ImportRun.State


def rows_left(run: ImportRun) -> int:
    """Return how many rows of an ended run were planned but not processed."""
    if run.state not in (State.CANCELED, State.APPLIED_IN_PART) or run.planned_at is None:
        return 0
    return max(run.rows_to_do - run.rows_done, 0)


@transaction.atomic
def import_run_rest(*, run: ImportRun, actor: Actor) -> ImportRun:
    """Plan the same file again with the same matching; rows that were applied are found unchanged.

    The new run is an attempt of the old one, and is checked and confirmed like any other. Raises
    DomainError if nothing is left, or if the file is no longer stored.
    """
    check_may_import(actor, registry.get(run.dataset))
    run = run_in_scope(run, actor)
    if not rows_left(run):
        raise DomainError(
            "Every row of this import was processed. There is nothing left to import."
        )
    if run.upload.is_gone:
        raise DomainError("The file is no longer stored. Upload it again.")
    rest = ImportRun.objects.create(
        dataset=run.dataset,
        upload=run.upload,
        user=user_or_none(actor),
        real_user_id=real_actor_id(),
        reading=run.reading,
        findings=run.findings,
        content_digest=run.content_digest,
        rows=run.rows,
        matching=run.matching,
        reason=run.reason,
        attempt_of=run,
        state=State.MATCHED,
    )
    import_run_advance_later(rest)
    return rest
