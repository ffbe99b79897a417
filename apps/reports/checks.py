"""System checks of the reports: what a definition names must exist."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.utils import timezone

from apps.core.checks.permissions import is_declared
from apps.core.errors import DomainError
from apps.reports.params import Param
from apps.reports.registry import ReportDefinition, all_reports


@register
def check_reports(**_: object) -> list[CheckMessage]:
    """Each report names a permission and models that exist, and values that its parameters understand."""
    return [error for report in all_reports() for error in _errors(report)]


def _errors(report: ReportDefinition) -> Iterator[CheckMessage]:
    if not is_declared(report.permission):
        yield Error(
            f"The report {report.name} asks for {report.permission}, which no model declares: "
            "only superusers could open it.",
            id="reports.E001",
        )
    for column in report.columns:
        model = column.link.removeprefix("merge:").partition("?")[0].partition("/")[0]
        if model and "{" not in model and not model.startswith("report:") and not _is_model(model):
            yield Error(
                f"The column “{column.key}” of the report {report.name} links to {model}, which is not a model.",
                id="reports.E002",
            )
        if column.kind == "number" and not column.link:
            yield Error(
                f"The column “{column.key}” of the report {report.name} counts records without a link to them.",
                hint="Give it a link, or the kind “quantity” or “difference” if it counts no records.",
                id="reports.E004",
            )
    for param in report.params:
        for problem in _problems(param):
            yield Error(
                f"The parameter “{param.name}” of the report {report.name} refuses its own value: {problem}",
                id="reports.E003",
            )


def _is_model(label: str) -> bool:
    try:
        return apps.get_model(label) is not None
    except (LookupError, ValueError):
        return False


def _problems(param: Param) -> Iterator[str]:
    for value in [param.default(), param.default_of_mail(), *param.tokens]:
        try:
            param.value_on(timezone.localdate(), value)
        except DomainError as refusal:
            yield refusal.message
