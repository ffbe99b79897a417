"""A result as the table of its page: sorted, a page at a time, with links to what is counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.personal import disclose
from apps.reports.formats.values import in_words
from apps.reports.registry import RowAction
from apps.reports.results import ReportColumn, ReportResult, Row
from apps.reports.rows import address, view_permission

ROWS_SHOWN = 50
_LINK = "text-primary-600 dark:text-primary-500"


def page_of_rows(result: ReportResult, order: str, number: str) -> Page[Row]:
    """Return one page of the rows. Raises `DomainError` for an unknown column to sort by."""
    rows = _sorted(result, order) if order else list(result.rows)
    return Paginator(rows, ROWS_SHOWN).get_page(number or 1)


def _sorted(result: ReportResult, order: str) -> list[Row]:
    key = order.removeprefix("-")
    if key not in {column.key for column in result.columns}:
        known = ", ".join(column.key for column in result.columns)
        raise DomainError(f"This report has no column “{key}”. Available: {known}.")
    empty = [row for row in result.rows if row[key] in (None, "")]
    given: list[Any] = [row for row in result.rows if row[key] not in (None, "")]
    # Empty values stand last in both directions.
    return [*sorted(given, key=lambda row: _rank(row[key]), reverse=order != key), *empty]


def _rank(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def table(
    result: ReportResult,
    rows: Sequence[Row],
    user: PermissionHolder,
    order: str,
    query: str,
    actions: Sequence[RowAction] = (),
) -> dict[str, Any]:
    """Return the table as Unfold's component takes it; the buttons belong to forms of the page."""
    for column in result.columns:
        if column.is_personal:
            disclose(row[column.person] for row in rows if row[column.key])
    return {
        "headers": [
            {"content": _heading(column, order, query), "class": _side(column)}
            for column in result.columns
        ]
        + [{"content": "", "class": ""} for _ in actions],
        "rows": [
            [
                {"content": _labeled(column, _cell(column, row, user)), "class": _side(column)}
                for column in result.columns
            ]
            + [
                {
                    "content": _button(action, row) if action.is_offered(row, user) else "",
                    "class": "",
                }
                for action in actions
            ]
            for row in rows
        ],
    }


def _button(action: RowAction, row: Row) -> SafeString:
    return format_html(
        '<button type="submit" form="row-{}" name="row" value="{}" class="{} font-semibold whitespace-nowrap">{}</button>',
        action.name,
        row["id"],
        _LINK,
        action.label,
    )


def _side(column: ReportColumn) -> str:
    return "text-right tabular-nums" if column.is_numeric else "break-words"


def _heading(column: ReportColumn, order: str, query: str) -> SafeString:
    """Return a heading that sorts: first upward, a number downward, then the other way."""
    first, second = column.key, f"-{column.key}"
    if column.is_numeric:
        first, second = second, first
    arrow = {column.key: " ↑", f"-{column.key}": " ↓"}.get(order, "")
    wanted = urlencode({"o": second if order == first else first})
    return format_html(
        '<a href="?{}" title="{}">{}{}</a>',
        f"{query}&{wanted}" if query else wanted,
        f"Sort by {column.label}",
        column.short or column.label,
        arrow,
    )


def _labeled(column: ReportColumn, shown: SafeString | str) -> SafeString:
    """Put the heading before a value: a phone shows a row as a card, without the row of headings."""
    return format_html(
        '<span class="qd-report-label">{}</span><span>{}</span>',
        column.short or column.label,
        shown,
    )


def _cell(column: ReportColumn, row: Row, user: PermissionHolder) -> SafeString | str:
    text = in_words(column, row[column.key])
    return linked(text, column.link, row, user)


def linked(
    text: str, link: str, row: Mapping[str, Any], user: PermissionHolder
) -> SafeString | str:
    """Return a text as a link, for people who may view what it leads to."""
    if not link or not text or not user.has_perm(view_permission(link, row)):
        return text
    url = address(link, row)
    return format_html('<a href="{}" class="{}">{}</a>', url, _LINK, text) if url else text
