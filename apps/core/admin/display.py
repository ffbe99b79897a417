"""Values of list columns and read-only fields: states, times, counts, IDs."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.contrib.humanize.templatetags.humanize import intcomma, naturaltime
from django.db.models import Model
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

EMPTY = "–"  # noqa: RUF001

# The one mapping from the meaning of a state to a color.
GOOD, WAITING, BAD, BUSY = "success", "warning", "danger", "info"
MAIN, QUIET = "primary", "default"


_LABEL = (
    "inline-block font-semibold h-6 leading-6 px-2 rounded-default text-[11px] uppercase "
    "whitespace-nowrap "
)
_LABEL_COLORS = {
    GOOD: "bg-green-100 text-green-700 dark:bg-green-500/20 dark:text-green-400",
    WAITING: "bg-orange-100 text-orange-700 dark:bg-orange-500/20 dark:text-orange-400",
    BAD: "bg-red-100 text-red-700 dark:bg-red-500/20 dark:text-red-400",
    BUSY: "bg-blue-100 text-blue-700 dark:bg-blue-500/20 dark:text-blue-400",
    MAIN: "bg-primary-100 text-primary-700 dark:bg-primary-500/20 dark:text-primary-400",
    QUIET: "bg-base-500/8 text-base-700 dark:bg-base-500/20 dark:text-base-200",
}


def label(text: object, color: str = QUIET) -> SafeString:
    """Show a word as a colored label, as Unfold's does; templates say `{{ word|colored:"danger" }}`.

    The one way to make a label. `display(label=…)` renders a template per cell, and shows the bare
    value on change pages.
    """
    return format_html(
        '<span class="{}">{}</span>', _LABEL + _LABEL_COLORS.get(color, _LABEL_COLORS[QUIET]), text
    )


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
    """Show a time as "3 hours ago", with the exact time on hover.

    The hover text is in the server's time zone, by name; `quarterdeck.js` changes it to the
    reader's own.
    """
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        exact = f"{format_date(local, 'D, M j, Y, H:i:s')} {local.tzname()}"
        return format_html(
            '<time class="whitespace-nowrap" datetime="{}" title="{}">{}</time>',
            value.isoformat(),
            exact,
            _relative(value),
        )
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}">{}</time>',
        value.isoformat(),
        format_date(value, "M j, Y"),
    )


def _relative(value: datetime) -> str:
    """Return "3 weeks ago" instead of naturaltime's "3 weeks, 2 days ago"."""
    words = str(naturaltime(value))
    first, comma, rest = words.partition(",")
    return f"{first} {'ago' if rest.endswith('ago') else 'from now'}" if comma else words


def exact_moment(value: datetime | None) -> SafeString | str:
    """Show a time to the second, in the server's zone; `quarterdeck.js` puts it into the reader's own."""
    if value is None:
        return EMPTY
    local = timezone.localtime(value)
    return format_html(
        '<time class="whitespace-nowrap" data-exact datetime="{}">{} {}</time>',
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
    url = f"{reverse(f'admin:{app_label}_{model_name}_changelist')}?{urlencode(filters)}"
    return format_html(
        '<a href="{}" class="qd-count text-primary-600 dark:text-primary-500">{}</a>',
        url,
        intcomma(count or 0),
    )


def record_link(record: Model | None, text: object = None) -> SafeString | str:
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
