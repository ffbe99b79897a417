"""What a report's mail says: subject, HTML, plain text, the chart as a picture, and the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.reports.formats import RenderedFile, render
from apps.reports.formats.typesetting import chart_png
from apps.reports.formats.values import rows_in_words, totals_in_words
from apps.reports.mail_links import FILE_MARK, UNSUBSCRIBE_MARK, site_url
from apps.reports.models import ReportEdition, ReportSubscription
from apps.reports.registry import ReportDefinition
from apps.reports.results import ReportResult, Total

ROWS_SHOWN = 10
COLUMNS_SHOWN = 4
# Many servers refuse larger mails. Above it, the mail has a link.
MOST_ATTACHED_BYTES = 3_000_000
FILE_DAYS = 7
CHART_ID = "chart"
_TEXT_WIDTH = 78
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class MailContent:
    """A mail before it is anybody's: the marks of `mail_links` stand for each person's own links."""

    subject: str
    html: str
    text: str
    chart: bytes | None
    file: RenderedFile | None

    @property
    def is_attached(self) -> bool:
        return self.file is not None and len(self.file.content) <= MOST_ATTACHED_BYTES


def mail_content(
    definition: ReportDefinition,
    result: ReportResult,
    subscription: ReportSubscription,
    *,
    earlier: ReportEdition | None = None,
    with_link: bool = True,
) -> MailContent:
    """Return the mail of a result. `earlier` is the edition that the same readers got before.

    Recipients without an account get no link to the report's page (`with_link`).
    """
    has_file = subscription.format != ReportSubscription.Format.NONE
    file = render(result, subscription.format) if has_file else None
    is_attached = file is not None and len(file.content) <= MOST_ATTACHED_BYTES
    columns = list(result.columns)[:COLUMNS_SHOWN]
    rows = [row[:COLUMNS_SHOWN] for row in rows_in_words(result, ROWS_SHOWN)]
    page = reverse("admin:reports_reportrun_report", args=[definition.name])
    context = {
        "definition": definition,
        "result": result,
        "totals": totals_in_words(result),
        "since": _since(result, earlier, subscription.time_zone),
        "columns": columns,
        "rows": [list(zip(columns, row, strict=True)) for row in rows],
        # Texts side by side are too narrow to read on a phone; numbers are not.
        "has_texts": any(not column.is_numeric for column in columns[1:]),
        "text_rows": text_table([column.short or column.label for column in columns], rows),
        "left_out": _left_out(result, is_attached, has_file),
        "has_file": has_file,
        "is_attached": is_attached,
        "file_days": FILE_DAYS,
        "file_url": FILE_MARK,
        "unsubscribe_url": UNSUBSCRIBE_MARK,
        "chart_id": CHART_ID if result.chart else "",
        "link": "?".join(filter(None, [site_url(page), urlencode(result.params)]))
        if with_link
        else "",
        "subscription": subscription,
    }
    return MailContent(
        subject=subject(result),
        html=render_to_string("reports/mail.html", context),
        text=_BLANK_LINES.sub("\n\n", render_to_string("reports/mail.txt", context)),
        chart=chart_png(result.chart) if result.chart else None,
        file=file,
    )


def subject(result: ReportResult) -> str:
    """Return "190 members (+4): Members and projects, November 9 to 15, 2026"."""
    says_title = result.main is not None and result.main.label == result.title
    title = "" if says_title else result.title
    what = ", ".join(filter(None, [title, result.period]))
    number = _main_number(result.main) if result.main else ""
    return " ".join(": ".join(filter(None, [number, what])).split())[:250]


def _main_number(total: Total) -> str:
    label = f"{total.label[:1].lower()}{total.label[1:]}"
    change = f" ({total.change:+,})" if total.change else ""
    return f"{total.value:,} {label}{change}"


def _since(result: ReportResult, earlier: ReportEdition | None, time_zone: str) -> str:
    """Return how the main number changed since the mail before; nothing for the first one."""
    if earlier is None or result.main is None:
        return ""
    before = dict(earlier.totals).get(result.main.label)
    if before is None:
        return ""
    sent = _day(earlier.mailing.due_at, time_zone)
    change = result.main.value - int(before)
    if not change:
        return f"The same as in the mail of {sent}."
    return f"{change:+,} since the mail of {sent}, which said {int(before):,}."


def _day(moment: datetime, time_zone: str) -> str:
    local = timezone.localtime(moment, ZoneInfo(time_zone))
    return f"{local:%B} {local.day}"


def _left_out(result: ReportResult, is_attached: bool, has_file: bool) -> str:
    parts = []
    if result.row_count > ROWS_SHOWN:
        parts.append(f"{ROWS_SHOWN} of {result.row_count:,} rows")
    if len(result.columns) > COLUMNS_SHOWN:
        parts.append(f"{COLUMNS_SHOWN} of {len(result.columns)} columns")
    if not parts:
        return ""
    where = "the report's page has the rest"
    if has_file:
        where = f"{'the attached file' if is_attached else 'the file'} has the rest"
    return f"This shows {' and '.join(parts)}; {where}."


def text_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned columns, or, where these are too wide, as a paragraph for each row."""
    if not rows:
        return ""
    lines = [list(headings), *map(list, rows)]
    widths = [max(len(line[number]) for line in lines) for number in range(len(headings))]
    if sum(widths) + 2 * len(widths) <= _TEXT_WIDTH:
        return "\n".join(_aligned(line, widths) for line in lines)
    return "\n".join(
        f"{row[0]}\n    "
        + ", ".join(
            f"{heading}: {value}" for heading, value in zip(headings[1:], row[1:], strict=True)
        )
        for row in rows
    )


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = line
    cells = [first.ljust(widths[0])]
    cells += [value.rjust(width) for value, width in zip(others, widths[1:], strict=True)]
    return "  ".join(cells).rstrip()
