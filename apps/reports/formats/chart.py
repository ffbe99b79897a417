"""A report's chart as a picture: SVG for pages and files, PNG for mails, whose readers show no SVG."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.reports.results import Chart

COLORS = ("#155dfc", "#94a3b8", "#51a2ff")
_WIDTH, _HEIGHT = 600, 220
_LEFT, _BOTTOM, _TOP = 44, 44, 12
_TEXT = "#6b7280"


def chart_svg(chart: Chart) -> SafeString:
    """Return the chart as SVG with attributes alone, which no content security policy stops."""
    highest = _nice(max((value for _, values in chart.series for value in values), default=0))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' role="img" aria-label="{title}" font-family="FiraGO, system-ui, sans-serif"'
        ' font-size="11" fill="{text}">{axis}{bars}{legend}</svg>',
        w=_WIDTH,
        h=_HEIGHT,
        title=chart.title,
        text=_TEXT,
        axis=_axis(chart, highest),
        bars=_bars(chart, highest),
        legend=_legend(chart),
    )


def _nice(value: int) -> int:
    """Return the end of an axis: the next of 2, 4, 10, 20, 40, 100, …"""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if value <= factor * step:
                return factor * step
        step *= 10


def _y(value: float, highest: int) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / highest)


def _axis(chart: Chart, highest: int) -> SafeString:
    return format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="#d1d5db" stroke-width="0.5"/>'
        '<text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (_LEFT, _WIDTH, f"{y:.1f}", f"{y:.1f}", _LEFT - 6, f"{y + 4:.1f}", f"{value:,}")
            for value in (0, highest // 2, highest)
            for y in [_y(value, highest)]
        ),
    )


def _bars(chart: Chart, highest: int) -> SafeString:
    group = (_WIDTH - _LEFT) / max(1, len(chart.labels))
    bar = min(18.0, group * 0.8 / max(1, len(chart.series)))
    # A negative value has no bar: its number is in the table.
    shown = [
        (
            f"{_LEFT + group * (index + 0.5) + bar * (number - len(chart.series) / 2):.1f}",
            f"{_y(max(0, value), highest):.1f}",
            f"{bar - 1:.1f}",
            f"{_y(0, highest) - _y(max(0, value), highest):.1f}",
            COLORS[number % len(COLORS)],
        )
        for number, (_, values) in enumerate(chart.series)
        for index, value in enumerate(values)
    ]
    names = [
        (f"{_LEFT + group * (index + 0.5):.1f}", _HEIGHT - _BOTTOM + 16, label)
        for index, label in enumerate(chart.labels)
    ]
    return format_html(
        "{}{}",
        format_html_join(
            "", '<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}"/>', shown
        ),
        format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', names),
    )


def _legend(chart: Chart) -> SafeString:
    if len(chart.series) < 2:
        # The title says what it is.
        return SafeString("")
    parts, left = [], _LEFT
    for number, (label, _) in enumerate(chart.series):
        parts.append(
            (left, _HEIGHT - 13, COLORS[number % len(COLORS)], left + 14, _HEIGHT - 5, label)
        )
        left += 34 + 6 * len(label)
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="9" height="9" rx="4.5" fill="{}"/><text x="{}" y="{}">{}</text>',
        parts,
    )
