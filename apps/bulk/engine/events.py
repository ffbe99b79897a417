"""Records the ends of bulk actions as events of the audit log."""

from typing import Any

from django.apps import apps

from apps.audit.events import record_event
from apps.bulk import event_kinds
from apps.bulk.actions import label_of
from apps.bulk.models import BulkRun
from apps.core.actors import Actor


def record_applied(run: BulkRun) -> None:
    """Record that a run has changed records. The caller attributes it."""
    record_event(event_kinds.BULK_APPLIED, target=run, **_data(run))


def record_undone(run: BulkRun) -> None:
    record_event(event_kinds.BULK_UNDONE, target=run, **_data(run))


def record_canceled(run: BulkRun, *, actor: Actor) -> None:
    record_event(event_kinds.BULK_CANCELED, actor=actor, target=run, **_data(run))


def _data(run: BulkRun) -> dict[str, Any]:
    noun = str(apps.get_model(run.model)._meta.verbose_name_plural)
    return {"label": label_of(run.action), "noun": noun, "state": run.state, **run.results}
