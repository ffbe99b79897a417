"""Exports: streamed at once when small, in the background when not. Asks for
`transfers.export_data` and the view permission of the dataset's model."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.audit import event_kinds
from apps.audit.context import current, real_actor_id
from apps.audit.events import record_event
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.job_kinds import JOBS_SWEEP
from apps.core.scope import is_limited
from apps.core.sending import send_after_commit
from apps.transfers import registry
from apps.transfers.engine.export.driver import csv_blocks, text_rows
from apps.transfers.engine.export.query import Exported
from apps.transfers.engine.runs.events import export_disclosed
from apps.transfers.engine.runs.permissions import check_may_export
from apps.transfers.models import ExportRun
from apps.transfers.personal import chosen_columns, holds_personal
from apps.transfers.tasks import export_run_advance


def export_stream(
    *,
    dataset: str,
    fields: list[str] | None = None,
    filters: dict[str, Any] | None = None,
    queryset: QuerySet | None = None,
    query: dict[str, Any] | None = None,
    actor: Actor,
) -> tuple[ExportRun, Iterator[bytes]]:
    """Return a recorded CSV export and its bytes, for a StreamingHttpResponse.

    `queryset` (of the dataset's model, as the list shows it) or `filters` narrow it; `query` is what
    is recorded. The actor's scope is laid over either.
    """
    resource = registry.get(dataset)
    check_may_export(actor, resource)
    fields = chosen_columns(resource, fields, actor)
    if queryset is None:
        queryset = Exported.filtered(resource, filters or {}, user_or_none(actor))
    exported = Exported(resource, fields, _in_scope(queryset, actor))
    run = _recorded(
        dataset=dataset,
        format=ExportRun.Format.CSV,
        state=ExportRun.State.STREAMED,
        fields=[column.name for column in exported.columns],
        query=query or {"filters": filters or {}},
        actor=actor,
    )

    def content() -> Iterator[bytes]:
        rows = size = 0
        for block, count in csv_blocks(exported):
            rows, size = rows + count, size + len(block)
            yield block
        ExportRun.objects.filter(pk=run.pk).update(rows=rows, size=size, ended_at=timezone.now())
        run.rows = rows
        export_disclosed(run)

    return run, content()


def export_rows(
    *, dataset: str, fields: list[str] | None, queryset: QuerySet, actor: Actor
) -> tuple[list[str], Iterator[list[str]]]:
    """Return the names of the columns and the rows as text, recorded as an export.

    `queryset` is of the dataset's model. The actor's scope is laid over it.
    """
    resource = registry.get(dataset)
    check_may_export(actor, resource)
    fields = chosen_columns(resource, fields, actor)
    exported = Exported(resource, fields, _in_scope(queryset, actor))
    names = [column.name for column in exported.columns]
    run = _recorded(
        dataset=dataset,
        format=ExportRun.Format.CSV,
        state=ExportRun.State.STREAMED,
        fields=names,
        query={"rows": True},
        actor=actor,
    )

    def content() -> Iterator[list[str]]:
        rows = 0
        for row in text_rows(exported):
            rows += 1
            yield row
        ExportRun.objects.filter(pk=run.pk).update(rows=rows, size=0, ended_at=timezone.now())
        run.rows = rows
        export_disclosed(run)

    return names, content()


def export_run_start(
    *,
    dataset: str,
    format: str,
    fields: list[str] | None = None,
    filters: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None,
    actor: Actor,
    in_background: bool = True,
) -> ExportRun:
    """Queue an export; the person gets an e-mail when the file is ready."""
    resource = registry.get(dataset)
    check_may_export(actor, resource)
    fields = chosen_columns(resource, fields, actor)
    if format not in ExportRun.Format.values:
        raise DomainError(f"An export can be csv or xlsx, not “{format}”.")
    exported = Exported(
        resource, fields, Exported.filtered(resource, filters or {}, user_or_none(actor))
    )
    run = _recorded(
        dataset=dataset,
        format=format,
        state=ExportRun.State.QUEUED,
        fields=[column.name for column in exported.columns],
        query=query or {"filters": filters or {}},
        actor=actor,
    )
    if in_background:
        send_after_commit(export_run_advance, run.pk, swept_by=JOBS_SWEEP)
    return run


def _in_scope(queryset: QuerySet, actor: Actor) -> QuerySet:
    """Return those of the caller's records that are in the scope of `actor`."""
    if not is_limited(actor):
        return queryset
    seen = queryset.model._default_manager.for_actor(actor)
    return queryset.filter(pk__in=seen.order_by().values("pk"))


@transaction.atomic
def _recorded(*, actor: Actor, **values: Any) -> ExportRun:
    personal_data = holds_personal(registry.get(values["dataset"]), values["fields"])
    run = ExportRun.objects.create(
        user=user_or_none(actor),
        real_user_id=real_actor_id(),
        personal_data=personal_data,
        **values,
    )
    record_event(
        event_kinds.EXPORT,
        actor=actor or (None if current() else "command export_dataset"),
        target=run,
        dataset=run.dataset,
        format=run.format,
        fields=run.fields,
        query=run.query,
        personal_data=run.personal_data,
    )
    return run
