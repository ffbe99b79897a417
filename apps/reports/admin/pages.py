"""The pages of the reports themselves: the overview, one report, its files, its subscription."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from apps.core.actors import PermissionHolder
from apps.core.admin.changelist import declared_query
from apps.core.admin.page_parameters import checks_its_address
from apps.core.errors import DomainError, MissingPermission
from apps.reports.admin.chart import chart_data, chart_table
from apps.reports.formats import FORMATS
from apps.reports.models import ReportRun, ReportSubscription
from apps.reports.params import Param
from apps.reports.registry import ReportDefinition, all_reports, get_report
from apps.reports.results import ReportResult
from apps.reports.services import (
    report_make,
    report_run,
    report_subscribe,
    report_unsubscribe,
)

ROWS_SHOWN = 200
SUBSCRIBE = "reports.subscribe_report"


def urls(model_admin: ModelAdmin) -> list[URLPattern]:
    wrap = model_admin.admin_site.admin_view
    pages = Pages(model_admin)
    return [
        path("report/", wrap(require_GET(pages.overview)), name="reports_reportrun_overview"),
        path(
            "report/<slug:name>/", wrap(require_GET(pages.report)), name="reports_reportrun_report"
        ),
        path(
            "report/<slug:name>/download/<slug:format>/",
            wrap(require_POST(pages.download)),
            name="reports_reportrun_download",
        ),
        path(
            "report/<slug:name>/subscription/",
            wrap(require_POST(pages.subscription)),
            name="reports_reportrun_subscription",
        ),
        path("<int:pk>/file/", wrap(require_GET(pages.file)), name="reports_reportrun_file"),
    ]


class Pages:
    """The views. They hold nothing but the admin whose pages they are."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin = model_admin

    def overview(self, request: HttpRequest) -> HttpResponse:
        shown = [report for report in all_reports() if report.may_view(request.user)]
        if not shown:
            raise MissingPermission("reports.view_report")
        subscribed = set(
            ReportSubscription.objects.filter(user=request.user.pk, enabled=True).values_list(
                "report", flat=True
            )
        )
        reports = [(report, report.name in subscribed) for report in shown]
        return self._page(request, "reports/overview.html", title="Reports", reports=reports)

    @checks_its_address
    def report(self, request: HttpRequest, name: str) -> HttpResponse:
        definition = _definition(request, name)
        given = _given(definition, request)
        problem = ""
        try:
            result = report_make(report=name, params=given, actor=request.user, as_file=False)
        except DomainError as refusal:
            problem, given = refusal.message, {}
            result = report_make(report=name, params={}, actor=request.user, as_file=False)
        values = definition.parse(given)
        subscribed = ReportSubscription.objects.filter(
            user=request.user.pk, report=name, enabled=True
        ).exists()
        return self._page(
            request,
            "reports/report.html",
            status=400 if problem else 200,
            title=definition.title,
            definition=definition,
            problem=problem,
            result=result,
            params=[
                (param, str(values[param.name]), _choices(param, str(values[param.name])))
                for param in definition.params
            ],
            query=urlencode({key: str(value) for key, value in values.items()}),
            formats=list(FORMATS),
            subscribed=subscribed,
            may_subscribe=subscribed or request.user.has_perm(SUBSCRIBE),
            table=_table(result),
            left_out=max(0, len(result.rows) - ROWS_SHOWN),
            chart=chart_data(result.chart) if result.chart else None,
            chart_table=chart_table(result.chart) if result.chart else None,
        )

    @checks_its_address
    def download(self, request: HttpRequest, name: str, format: str) -> HttpResponse:
        definition = _definition(request, name)
        if format not in FORMATS:
            raise Http404(f"Unknown format “{format}”.")
        _, made = report_run(
            report=name,
            params=_given(definition, request),
            format=format,
            source=ReportRun.Source.PAGE,
            actor=request.user,
        )
        response = HttpResponse(made.content, content_type=made.content_type)
        response["Content-Disposition"] = f'attachment; filename="{made.name}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response

    @checks_its_address
    def subscription(self, request: HttpRequest, name: str) -> HttpResponse:
        definition = _definition(request, name)
        query = urlencode(_given(definition, request))
        user: Any = request.user
        if request.POST.get("wanted") == "yes":
            report_subscribe(report=name, actor=user)
            message = f"“{definition.title}” will be mailed to {user.get_username()}."
        else:
            report_unsubscribe(report=name, actor=user)
            message = f"“{definition.title}” will no longer be e-mailed to you."
        messages.success(request, message)
        return redirect(f"{reverse('admin:reports_reportrun_report', args=[name])}?{query}")

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        """Return the file of a past run to who made it; others make their own, in their own scope."""
        run = ReportRun.objects.for_staff(request.user).filter(pk=pk).exclude(file="").first()
        if run is None:
            raise Http404("This run has no file.")
        definition = _definition(request, run.report)
        if not may_open(request.user, run):
            raise MissingPermission(definition.permission)
        name = str(run.file.name).rpartition("/")[2]
        try:
            response = FileResponse(run.file.open("rb"), as_attachment=True, filename=name)
        except FileNotFoundError:
            raise Http404("The file of this run was deleted. Run the report again.") from None
        response["Content-Type"] = FORMATS[name.rpartition(".")[2]][0]
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def _page(
        self, request: HttpRequest, template: str, *, status: int = 200, **context: object
    ) -> TemplateResponse:
        site = self.model_admin.admin_site
        request.current_app = site.name
        everything = {**site.each_context(request), **context}
        return TemplateResponse(request, template, everything, status=status)


def may_open(user: PermissionHolder, run: ReportRun) -> bool:
    return bool(user.is_superuser or (run.started_by_id and run.started_by_id == user.pk))


def _definition(request: HttpRequest, name: str) -> ReportDefinition:
    try:
        definition = get_report(name)
    except DomainError as error:
        raise Http404(error.message) from None
    if not definition.may_view(request.user):
        raise MissingPermission(definition.permission)
    return definition


def _given(definition: ReportDefinition, request: HttpRequest) -> dict[str, str]:
    """Return the report's own parameters of the address; any other is refused."""
    url = reverse("admin:reports_reportrun_report", args=[definition.name])
    return declared_query(request, [param.name for param in definition.params], page_url=url)


def _choices(param: Param, value: str) -> list[tuple[str, str]]:
    choices = list(param.choices()) if param.choices else []
    return choices if value in dict(choices) else [(value, value), *choices]


def _table(result: ReportResult) -> dict[str, Any]:
    return {
        "headers": [
            {
                "content": column.short or column.label,
                "class": "text-right" if column.is_numeric else "",
            }
            for column in result.columns
        ],
        "rows": [
            [
                {
                    "content": intcomma(row[column.key]) if column.is_numeric else row[column.key],
                    "class": "text-right tabular-nums"
                    if column.is_numeric
                    else "whitespace-nowrap",
                }
                for column in result.columns
            ]
            for row in result.rows[:ROWS_SHOWN]
        ],
    }
