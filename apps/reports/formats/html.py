"""One page that stands alone: opened from a folder, or printed."""

from django.template.loader import render_to_string

from apps.reports.formats.chart import chart_svg
from apps.reports.formats.values import (
    left_out_in_words,
    rows_in_words,
    sums_in_words,
    totals_in_words,
)
from apps.reports.results import ReportColumn, ReportResult


def as_html(result: ReportResult) -> bytes:
    context = {
        "result": result,
        "chart": chart_svg(result.chart) if result.chart else "",
        "rows": [_cells(result, row) for row in rows_in_words(result)],
        "sums": _cells(result, sums_in_words(result) or []),
        "totals": totals_in_words(result),
        "left_out": left_out_in_words(result),
    }
    return render_to_string("reports/document.html", context).encode()


def _cells(result: ReportResult, texts: list[str]) -> list[tuple[str, ReportColumn]]:
    return list(zip(texts, result.columns, strict=False))
