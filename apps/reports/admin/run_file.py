"""The file of a run: who may download it, and how far its making is."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.core.actors import PermissionHolder
from apps.core.downloads import attachment
from apps.core.errors import DomainError, MissingPermission
from apps.core.sudo import require_fresh_factor
from apps.reports.formats import FORMATS
from apps.reports.models import ReportRun
from apps.reports.registry import get_report

SEES_RUNS = "reports.view_reportrun"
_EXPIRED = "The file of this run was deleted. Make the report again."


def may_open(user: PermissionHolder, run: ReportRun) -> bool:
    return bool(user.is_superuser or (run.started_by_id and run.started_by_id == user.pk))


def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the file of a run to who made it, if they may still see what it says.

    Others make their own, in their own scope.
    """
    run = _run(request, pk)
    if not run.has_file:
        raise Http404(_EXPIRED)
    try:
        definition = get_report(run.report)
    except DomainError as error:
        raise Http404(error.message) from None
    if not definition.may_view(request.user) or not may_open(request.user, run):
        raise MissingPermission(definition.permission)
    if run.started_by_id == request.user.pk and run.scope_key != definition.scope_key(request.user):
        raise PermissionDenied(
            "Your access changed after this file was made. Make the report again."
        )
    if definition.reveals(request.user):
        require_fresh_factor(request, "export personal data")
    return file_response(run)


def file_response(run: ReportRun) -> HttpResponseBase:
    """Return a run's file as a private download. The caller has checked who asks."""
    try:
        response = FileResponse(run.file.open("rb"), content_type=FORMATS[run.format][0])
    except FileNotFoundError:
        raise Http404(_EXPIRED) from None
    return attachment(response, run.file_name)


def small_file_response(run: ReportRun) -> HttpResponseBase:
    """Return a file that was just made in this request."""
    with run.file.open("rb") as file:
        response = HttpResponse(file.read(), content_type=FORMATS[run.format][0])
    return attachment(response, run.file_name)


def progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say how far the making of a file is, for its page."""
    run = _run(request, pk)
    if not (may_open(request.user, run) or request.user.has_perm(SEES_RUNS)):
        raise MissingPermission(SEES_RUNS)
    percent, sentence = how_far(run)
    return JsonResponse(
        {
            "state": run.state,
            "percent": percent,
            "sentence": sentence,
            "is_over": run.state not in ReportRun.WORK_STATES,
        }
    )


def how_far(run: ReportRun) -> tuple[int, str]:
    """Return a percentage and a sentence. A run has two steps, reading and writing."""
    if run.cancel_requested_at is not None:
        return 0, "It is being canceled."
    if run.state == ReportRun.State.QUEUED:
        return 0, "Waiting for a worker. You can close this page: the file stays here for 7 days."
    if run.row_count is None:
        return 10, "Reading the records. You can close this page: the file stays here for 7 days."
    rows = "1 row" if run.row_count == 1 else f"{run.row_count:,} rows"
    return 50, f"Writing {rows} as {run.format.upper()}."


def progress_shown(run: ReportRun) -> SafeString:
    """Return the part of the page that asks for `progress` until the run is over."""
    percent, sentence = how_far(run)
    url = reverse("admin:reports_reportrun_progress", args=[run.pk])
    context = {"url": url, "title": "Making the file", "percent": percent, "sentence": sentence}
    return render_to_string("core/job_progress.html", context)


def _run(request: HttpRequest, pk: int) -> ReportRun:
    run = ReportRun.objects.for_staff(request.user).filter(pk=pk).first()
    if run is None:
        raise Http404("There is no such run.")
    return run
