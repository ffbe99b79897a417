"""Values of list columns and read-only fields: states, times, counts, IDs."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Model
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.core.admin.addresses import list_url, record_url

EMPTY = "–"  # noqa: RUF001

# The one mapping from the meaning of a state to a color.
GOOD, WAITING, BAD, BUSY = "success", "warning", "danger", "info"
MAIN, QUIET = "primary", "default"


def label(text: object, color: str = QUIET) -> SafeString:
    """Show a word as a colored label, as Unfold's does; templates say `{{ word|colored:"danger" }}`.

    The one way to make a label. `display(label=…)` renders a template per cell, and shows the bare
    value on change pages.
    """
    return format_html('<span class="qd-label {}">{}</span>', color, text)


def state_column(
    field: str, colors: Mapping[str, str], *, description: str | None = None
) -> Callable[[Any, Any], Any]:
    """Return a list column or read-only field, an attribute of the ModelAdmin, that shows a choice
    field as a colored label with its word.

        status_label = state_column("status", {"active": GOOD, "closed": QUIET})
    """

    @display(description=description or field.replace("_", " "), ordering=field)
    def column(model_admin: ModelAdmin, record: Model) -> SafeString:
        word = getattr(record, f"get_{field}_display")()
        return label(word, colors.get(getattr(record, field), QUIET))

    column.__name__ = f"{field}_label"
    return column


def moment(value: datetime | date | None) -> SafeString | str:
    """Show a time: `quarterdeck.js` makes "3 hours ago" of it, with the exact time on hover.

    Without the script it is exact to the minute, in the server's time zone, by name.
    """
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        return format_html(
            '<time data-ago datetime="{}">{}</time>',
            value.isoformat(timespec="seconds"),
            timezone.localtime(value).strftime("%b %-d, %Y, %H:%M %Z"),
        )
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), value.strftime("%b %-d, %Y")
    )


def exact_moment(value: datetime | None) -> SafeString | str:
    """Show a time to the second, in the server's zone; `quarterdeck.js` puts it into the reader's own."""
    if value is None:
        return EMPTY
    local = timezone.localtime(value)
    return format_html(
        '<time data-exact datetime="{}">{} {}</time>',
        value.isoformat(),
        format_date(local, "D, M j, Y, H:i:s"),
        local.tzname(),
    )


def exact_column(field: str, *, description: str | None = None) -> Callable[[Any, Any], Any]:
    """Return a read-only field, an attribute of the ModelAdmin, with a time to the second."""

    @display(description=description or field.removesuffix("_at").replace("_", " "), ordering=field)
    def column(model_admin: ModelAdmin, record: Model) -> SafeString | str:
        return exact_moment(getattr(record, field))

    column.__name__ = f"{field}_exact"
    return column


def moment_column(field: str, *, description: str | None = None) -> Callable[[Any, Any], Any]:
    """Return a list column, an attribute of the ModelAdmin, with a time: relative, the exact one on hover."""

    @display(description=description or field.removesuffix("_at").replace("_", " "), ordering=field)
    def column(model_admin: ModelAdmin, record: Model) -> SafeString | str:
        return moment(getattr(record, field))

    column.__name__ = f"{field}_moment"
    return column


def count_link(count: int | None, model: str, **filters: object) -> SafeString | str:
    """Show a count as a link to the list of the records that it counts.

    count_link(organization.members_count, "organizations.membership", organization__id__exact=…)
    """
    app_label, model_name = model.split(".")
    url = f"{list_url(f'{app_label}_{model_name}')}?{urlencode(filters)}"
    return format_html('<a href="{}" class="qd-count">{}</a>', url, f"{count or 0:,}")


def record_link(record: Model | None, text: object = None) -> SafeString | str:
    """Show a record as a link to its page in the admin."""
    if record is None:
        return EMPTY
    return format_html(
        '<a href="{}" class="qd-link">{}</a>', record_url(record), record if text is None else text
    )


def number(value: int | float | None) -> SafeString | str:
    """Show a number right-aligned with its thousands separated."""
    return format_html(
        '<span class="qd-number">{}</span>', EMPTY if value is None else intcomma(value)
    )


def phrase(text: str) -> SafeString | str:
    """Show a sentence in a list, without a line break after every word on a narrow screen."""
    return format_html('<span class="qd-phrase">{}</span>', text) if text else EMPTY


def copyable(value: object) -> SafeString | str:
    """Show an id with a button that copies it."""
    if value in (None, ""):
        return EMPTY
    return format_html(
        '<span class="qd-copyable"><code>{}</code>'
        '<button type="button" data-copy="{}" title="Copy" aria-label="Copy {}">'
        '<span class="material-symbols-outlined">content_copy</span></button></span>',
        value,
        value,
        value,
    )


@display(description="ID")
def copyable_id(model_admin: ModelAdmin, record: Model) -> SafeString | str:
    """A read-only field with the record's ID and a copy button. Declared as `copyable_id = copyable_id`."""
    return copyable(record.pk) if record is not None and record.pk else EMPTY
