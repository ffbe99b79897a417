"""One page that stands alone, as the mail carries it: mail readers know `style` and little else."""

from typing import Any

from django.template.loader import render_to_string

from apps.reports.registry import ReportDefinition, Result

ROWS_SHOWN = 50


def mail_context(definition: ReportDefinition, result: Result, **more: object) -> dict[str, Any]:
    return {
        "definition": definition,
        "result": result,
        "columns": result.columns,
        "rows": [
            [row[column.key] for column in result.columns] for row in result.rows[:ROWS_SHOWN]
        ],
        "left_out": max(0, len(result.rows) - ROWS_SHOWN),
        **more,
    }


def as_html(definition: ReportDefinition, result: Result) -> bytes:
    return render_to_string("reports/mail.html", mail_context(definition, result)).encode()
