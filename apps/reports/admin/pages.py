"""The pages of the reports themselves: the overview, one report, its files, its subscription."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.actors import PermissionHolder, require
from apps.core.admin.changelist import declared_query
from apps.core.admin.page_parameters import checks_its_address
from apps.core.errors import DomainError, MissingPermission
from apps.core.sudo import require_fresh_factor
from apps.reports.admin.chart import chart_data, chart_table
from apps.reports.admin.param_fields import params_form
from apps.reports.admin.preview import named_recipients, preview
from apps.reports.admin.run_file import small_file_response
from apps.reports.admin.subscribe import SubscribeForm, first_values
from apps.reports.admin.table import linked, page_of_rows, table
from apps.reports.formats import FORMATS
from apps.reports.formats.values import left_out_in_words, totals_in_words
from apps.reports.models import ReportRun, ReportSubscription
from apps.reports.registry import ReportDefinition, all_reports, get_report
from apps.reports.results import ReportResult
from apps.reports.services import (
    made_at_once,
    report_run_advance,
    report_run_start,
    report_subscribe,
    report_unsubscribe,
    subscription_create,
    subscription_draft,
)
from apps.reports.services.making import TooLongError

CONTROLS = ("o", "p")
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
        path(
            "report/<slug:name>/row/<slug:action>/",
            wrap(require_POST(pages.act)),
            name="reports_reportrun_act",
        ),
        path(
            "report/<slug:name>/subscribe/",
            wrap(require_http_methods(["GET", "POST"])(pages.subscribe)),
            name="reports_reportrun_subscribe",
        ),
    ]


class Pages:
    """The views. They hold nothing but the admin whose pages they are."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin = model_admin

    def overview(self, request: HttpRequest) -> HttpResponse:
        shown = [
            report
            for report in all_reports()
            if report.may_view(request.user) and not report.is_detail
        ]
        if not shown:
            raise MissingPermission("reports.view_report")
        subscribed = set(
            ReportSubscription.objects.received_by(request.user).values_list("report", flat=True)
        )
        reports = [(report, report.name in subscribed) for report in shown]
        return self._page(request, "reports/overview.html", title="Reports", reports=reports)

    @checks_its_address
    def report(self, request: HttpRequest, name: str) -> HttpResponse:
        definition = _definition(request, name)
        given = _given(definition, request)
        user: Any = request.user
        problem, order, number = "", given.pop("o", ""), given.pop("p", "")
        try:
            result = made_at_once(definition, given, user, as_file=False)
            rows = page_of_rows(result, order, number)
        except TooLongError as refusal:
            return self._too_long(request, definition, given, refusal.message)
        except DomainError as refusal:
            problem, given, order = refusal.message, {}, ""
            result = made_at_once(definition, {}, user, as_file=False)
            rows = page_of_rows(result, "", "")
        query = urlencode(result.params)
        actions = [each for each in definition.actions if request.user.has_perm(each.permission)]
        subscribed = (
            ReportSubscription.objects.received_by(request.user).filter(report=name).exists()
        )
        return self._page(
            request,
            "reports/report.html",
            status=400 if problem else 200,
            title=definition.title,
            definition=definition,
            problem=problem,
            result=result,
            form=params_form(definition.params, result.params),
            query=query,
            sorted_query=urlencode({**result.params, **({"o": order} if order else {})}),
            formats=list(FORMATS),
            subscribed=subscribed,
            may_subscribe=not definition.is_detail
            and (subscribed or request.user.has_perm(SUBSCRIBE)),
            totals=_totals(result, request.user),
            page=rows,
            actions=actions,
            table=table(result, list(rows.object_list), request.user, order, query, actions),
            left_out=left_out_in_words(result),
            chart=chart_data(result.chart) if result.chart else None,
            chart_table=chart_table(result.chart) if result.chart else None,
        )

    @checks_its_address
    def download(self, request: HttpRequest, name: str, format: str) -> HttpResponseBase:
        """Return the file of a small report. A large one is left to a worker, and has a page of its own."""
        definition = _definition(request, name)
        if format not in FORMATS:
            raise Http404(f"Unknown format “{format}”.")
        if definition.reveals(request.user):
            require_fresh_factor(request, "export personal data")
        run = report_run_start(
            report=name,
            params=_params(definition, request),
            format=format,
            source=ReportRun.Source.PAGE,
            actor=request.user,
        )
        run = report_run_advance(run_id=run.pk, in_request=True)
        if run.has_file:
            return small_file_response(run)
        return redirect("admin:reports_reportrun_change", run.pk)

    @checks_its_address
    def subscription(self, request: HttpRequest, name: str) -> HttpResponse:
        definition = _definition(request, name)
        query = urlencode(_params(definition, request))
        user: Any = request.user
        if request.POST.get("wanted") == "yes":
            report_subscribe(report=name, actor=user)
            message = f"“{definition.title}” will be mailed to {user.get_username()}."
        else:
            report_unsubscribe(report=name, actor=user)
            message = f"“{definition.title}” will no longer be e-mailed to you."
        messages.success(request, message)
        return redirect(f"{reverse('admin:reports_reportrun_report', args=[name])}?{query}")

    @checks_its_address
    def act(self, request: HttpRequest, name: str, action: str) -> HttpResponse:
        """Do what a row's button says, and come back to the same page of the report."""
        definition = _definition(request, name)
        query = urlencode(_given(definition, request))
        found = next((each for each in definition.actions if each.name == action), None)
        if found is None:
            raise Http404(f"This report has no action “{action}”.")
        try:
            record = found.act(**{found.key: request.POST.get("row", "")}, actor=request.user)
            messages.success(request, f"{found.label}: {record}.")
        except (DomainError, ValidationError) as refusal:
            messages.error(request, getattr(refusal, "message", "This row does not exist."))
        return redirect(f"{reverse('admin:reports_reportrun_report', args=[name])}?{query}")

    def subscribe(self, request: HttpRequest, name: str) -> HttpResponse:
        """Show the form, the mail as it would be, or make the subscription."""
        definition = _definition(request, name)
        user: Any = request.user
        require(user, SUBSCRIBE)
        form = SubscribeForm(definition, request.POST or None, initial=first_values(user))
        shown, problem = None, ""
        try:
            if form.is_bound and form.is_valid():
                if "save" in request.POST:
                    recipients = form.cleaned_data["recipients"]
                    subscription_create(recipients=recipients, actor=user, **form.values())
                    messages.success(request, f"“{definition.title}” will be mailed.")
                    return redirect("admin:reports_reportrun_report", name)
                draft = subscription_draft(owner=user, **form.values())
                named = named_recipients(draft, form.cleaned_data["recipients"], user)
                shown = preview(request, draft, named)
        except DomainError as refusal:
            problem = refusal.message
        return self._page(
            request,
            "reports/subscribe.html",
            status=400 if problem or form.errors else 200,
            title=f"Subscribe to {definition.title}",
            definition=definition,
            form=form,
            problem=problem,
            shown=shown,
        )

    def _too_long(
        self,
        request: HttpRequest,
        definition: ReportDefinition,
        given: dict[str, str],
        sentence: str,
    ) -> TemplateResponse:
        params = {name: str(value) for name, value in definition.parse(given).items()}
        return self._page(
            request,
            "reports/too_long.html",
            title=definition.title,
            definition=definition,
            sentence=sentence,
            form=params_form(definition.params, params),
            query=urlencode(params),
            formats=list(FORMATS),
        )

    def _page(
        self, request: HttpRequest, template: str, *, status: int = 200, **context: object
    ) -> TemplateResponse:
        site = self.model_admin.admin_site
        request.current_app = site.name
        everything = {**site.each_context(request), **context}
        return TemplateResponse(request, template, everything, status=status)


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
    return declared_query(
        request, [*[param.name for param in definition.params], *CONTROLS], page_url=url
    )


def _params(definition: ReportDefinition, request: HttpRequest) -> dict[str, str]:
    given = _given(definition, request)
    return {name: value for name, value in given.items() if name not in CONTROLS}


def _totals(result: ReportResult, user: PermissionHolder) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "number": linked(number, total.link, {}, user),
            "change": change,
            "definition": total.definition,
        }
        for total, (label, number, change) in zip(
            result.totals, totals_in_words(result), strict=True
        )
    ]
