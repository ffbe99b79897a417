"""PDF for printing: repeated headings, page numbers, sums in the last row."""

import re

from apps.reports.formats.chart import chart_svg
from apps.reports.formats.typesetting import typeset
from apps.reports.formats.values import (
    left_out_in_words,
    rows_in_words,
    sums_in_words,
    totals_in_words,
)
from apps.reports.results import ReportResult

# More is nothing that anybody reads on paper; the file says how many there are.
MOST_ROWS = 2_000
_WIDE = 7
# Where a word that is wider than its column may break, without a hyphen that is none of its own.
_BREAK = "\N{ZERO WIDTH SPACE}"
_LONG_PART = re.compile(r"(\S{24})(?=\S)")


def as_pdf(result: ReportResult) -> bytes:
    return typeset(
        "report.typ",
        {
            "title": result.title,
            "period": result.period,
            "summary": result.summary,
            "landscape": len(result.columns) >= _WIDE,
            "chart": str(chart_svg(result.chart)) if result.chart else "",
            "chart_title": result.chart.title if result.chart else "",
            "totals": totals_in_words(result),
            "headings": [column.short or column.label for column in result.columns],
            "numeric": [column.is_numeric for column in result.columns],
            "rows": [
                [_breakable(text) for text in row] for row in rows_in_words(result, MOST_ROWS)
            ],
            "sums": sums_in_words(result) if len(result.rows) <= MOST_ROWS else None,
            "note": left_out_in_words(result, MOST_ROWS),
        },
    )


def _breakable(text: str) -> str:
    return _LONG_PART.sub(rf"\1{_BREAK}", text.replace("@", f"{_BREAK}@"))
