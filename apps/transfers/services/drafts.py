"""Drafts: what a person has entered in a step and not yet submitted."""

from django.db import transaction

from apps.accounts.actors import user_or_none
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.services.imports import run_in_scope


@transaction.atomic
def import_run_keep_draft(
    *, run: ImportRun, matching: Matching | None = None, reason: str | None = None, actor: Actor
) -> ImportRun:
    """Keep a matching or a reason as it was left, so that going back loses nothing.

    Only the run's owner has drafts, and only while the run waits for its owner: a matching in `read`, where no
    plan was made of it yet, a reason in `planned`.
    """
    fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
    user = user_or_none(actor)
    if user is None or fresh.user_id != user.pk:
        raise DomainError("Only the person who started an import can continue it.")
    fresh = run_in_scope(run, actor)
    if matching is not None and fresh.state == ImportRun.State.READ:
        fresh.matching = matching.to_json()
    if reason is not None and fresh.state == ImportRun.State.PLANNED:
        fresh.reason = reason
    fresh.save(update_fields=["matching", "reason"])
    return fresh
