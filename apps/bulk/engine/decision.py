"""What the plan says of each record: it changes, or it is skipped, and why. One statement, in SQL."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, Q, QuerySet, TextField, Value, When

from apps.bulk.actions import BulkAction, Skip, Values
from apps.bulk.engine.versions import version_of
from apps.core.actors import Actor
from apps.core.locked_records import locked_keys

LOCKED = "You can't change this record. Ask a colleague with more permissions."


def decided(
    records: QuerySet[Any], action: BulkAction, values: Values, actor: Actor
) -> QuerySet[Any]:
    """Return these records, annotated with `bulk_note` ("" for those that change) and `bulk_version`.

    They lose the list's order, joins, and annotations.
    """
    model = action.records
    plain = model._base_manager.filter(pk__in=records.order_by().values("pk"))
    skips = [*_locked(plain, actor), *action.skips(actor, values)]
    note: Any = Value("", output_field=TextField())
    if skips:
        note = Case(
            *(When(skip.when, then=Value(skip.because)) for skip in skips),
            default=Value(""),
            output_field=TextField(),
        )
    return plain.annotate(bulk_note=note, bulk_version=version_of(model))


def _locked(records: QuerySet[Any], actor: Actor) -> Iterator[Skip]:
    keys = locked_keys(records, actor)
    if keys:
        yield Skip(Q(pk__in=keys), LOCKED)
