"""What list columns and read-only fields show: states, times, counts, ids."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.humanize.templatetags.humanize import intcomma, naturaltime
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

EMPTY = "–"  # noqa: RUF001

# The one mapping from what a state means to a color.
GOOD, WAITING, BAD, BUSY, QUIET = "success", "warning", "danger", "info", "default"


def state_column(
    field: str, colors: Mapping[str, str], *, description: str | None = None
) -> Callable[[Any, Any], Any]:
    """Return a list column, an attribute of the ModelAdmin, that shows a choice field as a colored label with its word.

    status_label = state_column("status", {"active": GOOD, "closed": QUIET})
    """

    @display(description=description or field.replace("_", " "), ordering=field, label=dict(colors))
    def column(model_admin: Any, record: Any) -> tuple[str, str]:
        value = getattr(record, field)
        # A state without a color keeps its word.
        if value not in colors:
            return getattr(record, f"get_{field}_display")()
        return value, getattr(record, f"get_{field}_display")()

    column.__name__ = f"{field}_label"
    return column


def moment(value: datetime | date | None) -> SafeString | str:
    """Show a time as "3 hours ago", with the exact one on hover.

    The hover text is in the server's zone, named; `quarterdeck.js` puts it into the reader's own.
    """
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        exact = f"{format_date(local, 'D j M Y H:i:s')} {local.tzname()}"
        return format_html(
            '<time class="whitespace-nowrap" datetime="{}" title="{}">{}</time>',
            value.isoformat(),
            exact,
            _relative(value),
        )
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}">{}</time>',
        value.isoformat(),
        format_date(value, "j M Y"),
    )


def _relative(value: datetime) -> str:
    """Return "3 weeks ago" where naturaltime says "3 weeks, 2 days ago"."""
    words = str(naturaltime(value))
    first, comma, rest = words.partition(",")
    return f"{first} {'ago' if rest.endswith('ago') else 'from now'}" if comma else words


def moment_column(field: str, *, description: str | None = None) -> Callable[[Any, Any], Any]:
    """Return a list column, an attribute of the ModelAdmin, with a time: relative, the exact one on hover."""

    @display(description=description or field.removesuffix("_at").replace("_", " "), ordering=field)
    def column(model_admin: Any, record: Any) -> SafeString | str:
        return moment(getattr(record, field))

    column.__name__ = f"{field}_moment"
    return column


def count_link(count: int | None, model: str, **filters: Any) -> SafeString | str:
    """Show a count as a link to the list of the records that it counts.

    count_link(organization.members_count, "organizations.membership", organization__id__exact=…)
    """
    app_label, model_name = model.split(".")
    url = f"{reverse(f'admin:{app_label}_{model_name}_changelist')}?{urlencode(filters)}"
    return format_html(
        '<a href="{}" class="qd-count text-primary-600 dark:text-primary-500">{}</a>',
        url,
        intcomma(count or 0),
    )


def record_link(record: Any, text: Any = None) -> SafeString | str:
    """Show a record as a link to its page in the admin."""
    if record is None:
        return EMPTY
    opts = record._meta
    return format_html(
        '<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>',
        reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk]),
        record if text is None else text,
    )


def number(value: int | float | None) -> SafeString | str:
    """Show a number right-aligned with its thousands separated."""
    return (
        EMPTY
        if value is None
        else format_html('<span class="qd-number">{}</span>', intcomma(value))
    )


def copyable(value: Any) -> SafeString | str:
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
def copyable_id(model_admin: Any, record: Any) -> SafeString | str:
    """Read-only field: the record's id, to be copied. Declared as `copyable_id = copyable_id`."""
    return copyable(record.pk) if record is not None and record.pk else EMPTY
