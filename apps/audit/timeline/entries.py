"""Turns positions into entries."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.urls import NoReverseMatch, reverse

from apps.audit.history_rows import HistoryRow
from apps.audit.models import ChangeSet, Event
from apps.audit.timeline import event_sentences, sentences
from apps.audit.timeline.entry import Entry
from apps.audit.timeline.models import (
    field_label,
    is_soft_deletable,
    visible_fields,
)
from apps.audit.timeline.positions import Branch
from apps.audit.timeline.record_names import CONCEALED, RecordNames, label_fields, name_of
from apps.audit.timeline.registry import labels, personal
from apps.audit.timeline.run_rows import add_run_rows
from apps.audit.timeline.values import EMPTY, Change, change, display_value
from apps.core import personal as personal_data
from apps.core.actors import PermissionHolder


def load(
    rows: Iterable[tuple[int, Branch]], *, viewer: PermissionHolder, about: object = None
) -> list[Entry]:
    """Return the entries at these positions, in their order, in a constant number of statements.

    `about` is the (model, key) of the page's own record; without one, each entry names its subject.
    Values that `viewer` may not see are masked.
    """
    rows = list(rows)
    by_history: dict[Any, list[int]] = defaultdict(list)
    for position, branch in rows:
        by_history[branch.history].append(position)
    stored: dict[int, Any] = {}
    previous: dict[int, Any] = {}
    names = RecordNames(viewer)
    for history, positions in by_history.items():
        if history is None:
            stored |= Event.objects.select_related("target_type").in_bulk(positions)
            continue
        now, then = _with_previous(history, positions)
        stored |= now
        previous |= then
        fields = (*visible_fields(history), *label_fields(history.instance_type))
        for row in (*now.values(), *then.values()):
            names.want_relations(row, fields)
    names.resolve()
    change_sets = ChangeSet.objects.in_bulk(
        {row.change_set_id for row in stored.values() if row.change_set_id}
    )
    entries = []
    for position, branch in rows:
        row = stored.get(position)
        if row is None:
            continue  # Trimmed away while the page was being read.
        if branch.history is None:
            entry = _of_event(row)
        else:
            entry = _of_row(branch, row, previous.get(position), names, viewer, about)
        entry.change_set = change_sets.get(row.change_set_id)
        if personal_data.conceals():
            entry.mask()
        if branch.history is None and entry.change_set and _is_about_its_actor(entry):
            entry.subject = ""
        entries.append(entry)
    add_run_rows(entries, viewer)
    return entries


def _is_about_its_actor(entry: Entry) -> bool:
    return entry.key == str(entry.change_set and entry.change_set.actor_id)


def _with_previous(
    history: type[HistoryRow], positions: list[int]
) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return the rows by position, and the previous rows of the same records by the same position."""
    pk = history.instance_type._meta.pk.name
    before = (
        history.objects.filter(**{pk: OuterRef(pk)}, history_id__lt=OuterRef("history_id"))
        .order_by("-history_id")
        .values("history_id")[:1]
    )
    rows = (
        history.objects.filter(history_id__in=positions)
        .order_by()
        .annotate(previous_id=Subquery(before))
    )
    now = {row.history_id: row for row in rows}
    keys = {row.previous_id for row in now.values() if row.previous_id}
    then = {**now, **history.objects.in_bulk(keys - now.keys())}
    return now, {
        position: then[row.previous_id] for position, row in now.items() if row.previous_id in then
    }


def _of_row(
    branch: Branch,
    row: HistoryRow,
    previous: HistoryRow | None,
    names: RecordNames,
    viewer: PermissionHolder,
    about: object,
) -> Entry:
    history: Any = branch.history
    model = history.instance_type
    changes = _changes(history, row, previous, names, viewer)
    key = getattr(row, model._meta.pk.attname)

    def show(name: str) -> str:
        stored_field: Any = model._meta.get_field(name)
        return display_value(stored_field, getattr(row, stored_field.attname), names)

    is_own = about is not None and branch.inclusion is None
    entry = Entry(
        position=row.history_id,
        at=row.history_date,
        kind=row.history_type,
        sentence="",
        subject=name_of(row, model, show),
        subject_kind=_noun(model),
        subject_url=_url(model, row, key),
        model=model,
        key=key,
        reason=row.history_change_reason or "",
        changes=changes,
        is_own=is_own,
        has_before=row.history_type != "~" or previous is not None,
    )
    entry.sentence = sentences.of_row(entry, branch.inclusion, show, _trash(model, row, previous))
    return entry


def _changes(
    history: type[HistoryRow],
    row: HistoryRow,
    previous: HistoryRow | None,
    names: RecordNames,
    viewer: PermissionHolder,
) -> list[Change]:
    model = history.instance_type
    concealed = _concealed(model, viewer)
    found = []
    for field in visible_fields(history):
        now = getattr(row, field.attname)
        if row.history_type == "~":
            if previous is None or getattr(previous, field.attname) == now:
                continue
            made = change(field, getattr(previous, field.attname), now, names)
        elif now is None or now == "":
            continue
        elif row.history_type == "+":
            made = change(field, None, now, names)
        else:
            made = change(field, now, None, names)
        if field.name in concealed:
            made = Change(
                made.field,
                made.label,
                CONCEALED if made.before != EMPTY else EMPTY,
                CONCEALED if made.after != EMPTY else EMPTY,
            )
        elif field.name in personal_data.personal_fields(model):
            personal_data.disclose([getattr(row, model._meta.pk.attname)])
        found.append(made)
    for name in row.hidden_changes or ():
        found.append(Change(name, field_label(model, name), is_hidden=True))
    return found


def _concealed(model: type[models.Model], viewer: PermissionHolder) -> frozenset[str]:
    fields, permission = personal.get(model, (frozenset(), ""))
    return frozenset() if not fields or viewer.has_perm(permission) else fields


def _trash(model: type[models.Model], row: HistoryRow, previous: HistoryRow | None) -> str:
    """Return "in" or "out" if the row moved its record to the trash or restored it."""
    if row.history_type != "~" or previous is None or not is_soft_deletable(model):
        return ""
    was, is_now = (getattr(r, "deleted_at", None) is not None for r in (previous, row))
    return {(False, True): "in", (True, False): "out"}.get((was, is_now), "")


def _url(model: type[models.Model], row: HistoryRow, key: object) -> str:
    """Return the URL of the record's timeline, or of the record that it belongs to."""
    label = labels.get(model)
    if label and label.page:
        owner: Any = model._meta.get_field(label.page)
        model, key = owner.related_model, getattr(row, owner.attname)
    return timeline_url(model, key)


def _noun(model: type[models.Model]) -> str:
    """Return the noun of an entry's record: for a role's, the person's."""
    label = labels.get(model)
    if label and label.page:
        owner: Any = model._meta.get_field(label.page)
        model = owner.related_model
    return str(model._meta.verbose_name)


def timeline_url(model: type[models.Model], key: object) -> str:
    opts = model._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[key])
    except NoReverseMatch:
        return ""


def _of_event(event: Event) -> Entry:
    model = event.target_type.model_class() if event.target_type else None
    return Entry(
        position=event.pk,
        at=event.at,
        kind="",
        sentence=event_sentences.of_event(event),
        subject=event.target_label,
        subject_kind=str(model._meta.verbose_name) if model else "",
        subject_url=timeline_url(model, event.target_pk) if model and event.target_pk else "",
        model=model,
        key=event.target_pk,
        reason=event.reason,
        event_kind=event.kind,
    )
