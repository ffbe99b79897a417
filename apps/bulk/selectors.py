"""Reads for the page of a run: a sample of the plan, what is left alone, and the file of it."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.forms import Field
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.bulk.actions import BulkAction, FormClass, Values
from apps.bulk.engine.context import cleaned
from apps.bulk.models import BulkItem, BulkRun
from apps.core.actors import PermissionHolder
from apps.core.admin.display import EMPTY
from apps.core.cells import defused
from apps.core.errors import DomainError
from apps.core.model_meta import model_field
from apps.core.personal import conceals
from apps.core.personal_patterns import masked_in

SHOWN = 10
_LOOKED_AT = 20
NOT_DONE = (BulkItem.Outcome.SKIPPED, BulkItem.Outcome.LEFT, BulkItem.Outcome.KEPT)
_BATCH = 1_000


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One record of a run, as its page shows it."""

    name: str
    url: str
    note: str = ""
    changes: tuple[Change, ...] = ()


def consequences(run: BulkRun, action: BulkAction, viewer: PermissionHolder) -> list[str]:
    """Return what the action says of the first records that will change."""
    planned = run.items.filter(outcome=BulkItem.Outcome.PLANNED).order_by("id")
    keys = list(planned.values_list("key", flat=True)[:_LOOKED_AT])
    return list(action.consequences(action.records._base_manager.filter(pk__in=keys), viewer))


def sample(
    run: BulkRun, action: BulkAction, form_class: FormClass, viewer: PermissionHolder
) -> list[Line]:
    """Return the first records that will change, with their values before and after."""
    planned = run.items.filter(outcome=BulkItem.Outcome.PLANNED).order_by("id")[:SHOWN]
    try:
        values = cleaned(form_class, run.arguments, viewer)
    except DomainError:
        return []
    records = _records(action.records, [item.key for item in planned], viewer)
    return [
        Line(str(record), _url(record), changes=tuple(_changes(record, action, values)))
        for item in planned
        if (record := records.get(item.key))
    ]


def not_done(run: BulkRun, action: BulkAction, viewer: PermissionHolder) -> list[Line]:
    """Return the first records that were skipped, left alone, or kept, with the reason."""
    found: list[BulkItem] = []
    for outcome in NOT_DONE:
        if len(found) < SHOWN:
            # By outcome, as the index has them: a plan may skip a million.
            items = run.items.filter(outcome=outcome).order_by("id")
            found += items[: SHOWN - len(found)]
    return list(_lines(found, action.records, viewer))


def not_done_file(run: BulkRun, viewer: PermissionHolder) -> Iterator[str]:
    """Yield a CSV of every record that is not as the action would leave it, and why."""
    # Asked now: a response that is streamed is read after its request.
    return _file(run, viewer, masked_in if conceals() else str)


def _file(run: BulkRun, viewer: PermissionHolder, shown: Callable[[str], str]) -> Iterator[str]:
    model = apps.get_model(run.model)
    yield _row(["ID", str(model._meta.verbose_name), "Outcome", "Reason"])
    for batch in _batches(run):
        records = _records(model, [item.key for item in batch], viewer)
        yield "".join(
            _row(
                [
                    str(item.key),
                    shown(str(records[item.key])) if item.key in records else "",
                    item.get_outcome_display(),
                    shown(item.note),
                ]
            )
            for item in batch
        )


def _batches(run: BulkRun) -> Iterator[list[BulkItem]]:
    for outcome in NOT_DONE:
        items, last = run.items.filter(outcome=outcome).order_by("id"), 0
        while batch := list(items.filter(id__gt=last)[:_BATCH]):
            last = batch[-1].pk
            yield batch


def values_in_words(
    run: BulkRun, form_class: FormClass, viewer: PermissionHolder
) -> list[tuple[str, str]]:
    """Return the values of the action's form by label."""
    if not run.arguments:
        return []
    try:
        values = cleaned(form_class, run.arguments, viewer)
    except DomainError:
        return []
    fields: dict[str, Field] = getattr(form_class, "base_fields", {})
    return [
        (str(fields[name].label or name.replace("_", " ")).capitalize(), _word(fields[name], value))
        for name, value in values.items()
        if name in fields
    ]


def _word(field: Field, value: object) -> str:
    choices = dict(getattr(field, "choices", None) or ()) if isinstance(value, str) else {}
    return EMPTY if value in (None, "") else str(choices.get(value, value))


def _lines(found: list[BulkItem], model: type[Model], viewer: PermissionHolder) -> Iterator[Line]:
    records = _records(model, [item.key for item in found], viewer)
    for item in found:
        record = records.get(item.key)
        name = str(record) if record else str(item.key)
        yield Line(name, _url(record) if record else "", item.note)


def _changes(record: Model, action: BulkAction, values: Values) -> Iterator[Change]:
    for name, after in action.after(values).items():
        if name not in action.changes:
            continue
        field = model_field(record, name)
        yield Change(str(field.verbose_name), _shown(record, name), _in_words(record, name, after))


def _shown(record: Model, name: str) -> str:
    return _in_words(record, name, getattr(record, name))


def _in_words(record: Model, name: str, value: object) -> str:
    """Return a value of a field as a page shows it."""
    if value in (None, ""):
        return EMPTY
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%b %-d, %Y, %H:%M %Z}"
    if isinstance(value, date):
        return f"{value:%b %-d, %Y}"
    return str(dict(model_field(record, name).flatchoices).get(value, value))


def _records(model: type[Model], keys: list[Any], viewer: PermissionHolder) -> dict[Any, Any]:
    """Return those of the records that the viewer sees, also in the trash, by key."""
    rows: Any = getattr(model, "all_objects", model._default_manager)
    relations = [field.name for field in model._meta.fields if field.is_relation and not field.null]
    return dict(rows.for_staff(viewer).select_related(*relations).in_bulk(keys))


def _url(record: Model) -> str:
    opts = record._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([defused(cell) for cell in cells])
    return line.getvalue()
