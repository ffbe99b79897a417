"""Streams the audit log as a CSV file: everything that the filter shows."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.audit import event_kinds
from apps.audit.events import record_event
from apps.audit.selectors import newest_position
from apps.audit.timeline.entry import Entry
from apps.audit.timeline.filters import TimelineFilter, from_query
from apps.audit.timeline.pages import page
from apps.audit.timeline.positions import branches_of_all
from apps.core.actors import PermissionHolder
from apps.core.cells import defused
from apps.core.personal import (
    Reader,
    conceals,
    may_export_personal,
    readable,
    reading,
)
from apps.core.personal_patterns import masked_in
from apps.core.sudo import require_fresh_factor

_CHUNK = 1_000
# The beginnings of text that a spreadsheet would run as a formula.
COLUMNS = [
    "position",
    "time",
    "kind",
    "record",
    "record type",
    "record id",
    "what happened",
    "before",
    "after",
    "actor",
    "really",
    "reason",
    "through",
    "run",
    "request",
    "change set",
]


def export_view(request: HttpRequest) -> HttpResponseBase:
    """Return the file, and record an event with the filter.

    The caller has checked the permissions.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    filter = from_query(request.POST.dict())
    # The file is written after the request, so read now what its reader may see.
    holds_personal = not conceals() and may_export_personal(request.user)
    if holds_personal:
        require_fresh_factor(request, "export personal data")
    # Entries after this moment, including this export's, are not in the file.
    newest = newest_position()
    record_event(
        event_kinds.AUDIT_EXPORT,
        actor=request.user,
        filter=readable(filter.as_words()) or "everything",
        personal_data=holds_personal,
    )
    now = timezone.localtime()
    return StreamingHttpResponse(
        _lines(
            filter,
            newest + 1,
            request.user,
            sees_personal=not conceals(),
            holds_personal=holds_personal,
        ),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="audit-log-{now:%Y-%m-%d-%H%M}.csv"'
        },
    )


class _Echo:
    def write(self, value: str) -> str:
        return value


def _lines(
    filter: TimelineFilter,
    before: int,
    viewer: PermissionHolder,
    *,
    sees_personal: bool,
    holds_personal: bool,
) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    branches = branches_of_all()
    position: int | None = before
    while position is not None:
        # After the request: what its reader may not see must not be found, either.
        with reading(Reader(lambda: sees_personal)):
            found = page(branches, viewer=viewer, filter=filter, before=position, limit=_CHUNK)
        for entry in found.entries:
            line = [str(cell) for cell in cells(entry)]
            if not holds_personal:
                line = [masked_in(cell) for cell in line]
            yield writer.writerow([defused(cell) for cell in line])
        position = found.next_before


def cells(entry: Entry) -> list[Any]:
    change_set = entry.change_set
    kinds = {"+": "created", "~": "changed", "-": "deleted"}
    return [
        entry.position,
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        kinds.get(entry.kind, entry.event_kind),
        entry.subject,
        entry.subject_kind,
        entry.key or "",
        entry.sentence,
        _values(entry, "before"),
        _values(entry, "after"),
        change_set.actor_label if change_set else "",
        change_set.real_actor_label if change_set else "",
        entry.reason,
        change_set.source_label if change_set else "",
        f"{change_set.run_kind} {change_set.run_id}".strip() if change_set else "",
        change_set.request_id if change_set else "",
        change_set.pk if change_set else "",
    ]


def _values(entry: Entry, side: str) -> str:
    return "; ".join(
        f"{change.label}: {'not kept' if change.is_hidden else getattr(change, side)}"
        for change in entry.changes
    )
