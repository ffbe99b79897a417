"""The held records of a page of holds, read with one statement per kind of record."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.actors import PermissionHolder
from apps.core.admin.addresses import record_url
from apps.core.personal import readable
from apps.holds.models import LegalHold

_MISSING = object()


def with_subjects(holds: Sequence[LegalHold], reader: PermissionHolder) -> None:
    """Give each hold its record as `shown`, as far as `reader` sees it."""
    by_type: dict[str, list[LegalHold]] = defaultdict(list)
    for hold in holds:
        by_type[hold.subject_type].append(hold)
    for label, some in by_type.items():
        model: Any = apps.get_model(label)
        rows = getattr(model, "all_objects", model._default_manager).for_staff(reader)
        found = rows.in_bulk([hold.subject_id for hold in some])
        for hold in some:
            hold.shown = found.get(hold.subject_id)  # type: ignore[attr-defined]


def subject_words(hold: LegalHold) -> str:
    """Return the name and the kind of the held record; its ID if it no longer exists."""
    record: Any = getattr(hold, "shown", _MISSING)
    if record is _MISSING:
        record = hold.subject
    if record is None:
        return str(hold.subject_id)
    return f"{readable(str(record))} ({record._meta.verbose_name})"


def subject_link(hold: LegalHold) -> SafeString | str:
    """Return the same as a link to the record, which leads on to the trash if it is there."""
    words, record = subject_words(hold), hold.subject
    if record is None:
        return words
    try:
        url = record_url(record)
    except NoReverseMatch:
        return words
    return format_html('<a href="{}" class="qd-link">{}</a>', url, words)
