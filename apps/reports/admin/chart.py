"""A report's chart in the words of Chart.js, which the admin's bundle draws."""

import json
from typing import Any

from apps.reports.results import Chart

_COLORS = ("var(--color-primary-600)", "var(--color-base-400)", "var(--color-primary-300)")

_OPTIONS: dict[str, Any] = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "maxBarThickness": 18,
    "plugins": {
        "legend": {
            "display": True,
            "position": "bottom",
            "labels": {
                "color": "#9ca3af",
                "usePointStyle": True,
                "pointStyle": "circle",
                "boxHeight": 6,
            },
        }
    },
    "scales": {
        "x": {"grid": {"display": False}, "ticks": {"color": "#9ca3af"}},
        "y": {"beginAtZero": True, "ticks": {"color": "#9ca3af", "precision": 0}},
    },
}


def chart_data(chart: Chart) -> dict[str, str]:
    """Return `data` and `options` as the chart component takes them."""
    datasets = [
        {"label": label, "data": list(values), "backgroundColor": color, "borderRadius": 3}
        for (label, values), color in zip(chart.series, _COLORS, strict=False)
    ]
    legend = {**_OPTIONS["plugins"]["legend"], "display": len(chart.series) > 1}
    return {
        "data": json.dumps({"labels": list(chart.labels), "datasets": datasets}),
        "options": json.dumps({**_OPTIONS, "plugins": {"legend": legend}}),
    }


def chart_table(chart: Chart) -> dict[str, Any]:
    """Return the chart's numbers as a table, for those who do not see it."""
    return {
        "labels": chart.labels,
        "rows": [(label, list(values)) for label, values in chart.series],
    }
