"""Step 4, Apply: the progress, and then the result."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.core.errors import DomainError, RecordNotFound
from apps.transfers.admin.result import result_context
from apps.transfers.admin.wizard.guards import render, run_page
from apps.transfers.admin.wizard.steps import APPLY, CHECK, standing_step, step_context, step_url
from apps.transfers.models import ImportRun
from apps.transfers.selectors import Progress, run_progress
from apps.transfers.selectors.pages import run_for_reader
from apps.transfers.services import import_run_cancel, import_run_rest


@run_page(step=APPLY, shared=True)
def watch(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    title = f"Import {run.upload.name}"
    if not run.has_ended:
        progress = run_progress(run)
        context = step_context(APPLY, run, progress=progress, sentence=progress_sentence(progress))
        return render(request, "applying", context, title=title)
    if request.method == "POST" and "rest" in request.POST:
        return _import_rest(request, run)
    context = step_context(APPLY, run, **result_context(request, run))
    return render(request, "result", context, title=title)


def _import_rest(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Plan the rows that were not processed, as a new attempt."""
    if run.user_id != request.user.pk:
        raise PermissionDenied("Only the person who started this import can continue it.")
    try:
        rest = import_run_rest(run=run, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(step_url(run, APPLY))
    return HttpResponseRedirect(step_url(rest, CHECK))


@run_page(methods=("GET", "POST"))
def cancel(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Cancel the run: GET shows the confirmation, POST cancels."""
    if run.has_ended:
        return HttpResponseRedirect(step_url(run))
    if request.method != "POST":
        context = step_context(standing_step(run), run, back_url=step_url(run))
        return render(request, "cancel", context, title=f"Cancel the import of {run.upload.name}")
    try:
        run = import_run_cancel(run=run, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(step_url(run))


def progress(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Return the progress, which the page requests every second. Everyone who may see the run may
    ask, in any state.
    """
    run = run_for_reader(request.user, run_id)
    if run is None:
        raise RecordNotFound(ImportRun, str(run_id))
    return JsonResponse(progress_json(run_progress(run)))


def progress_json(progress: Progress) -> dict[str, Any]:
    return {
        "state": progress.state,
        "percent": progress.percent,
        "sentence": progress_sentence(progress),
        "is_over": progress.has_ended or progress.is_waiting,
    }


def progress_sentence(progress: Progress) -> str:
    """Return the progress in words: "3,400 of 12,408 rows, 2,100 rows a second, 4 seconds left"."""
    if progress.state in (ImportRun.State.MATCHED, ImportRun.State.STAGED):
        rows = f"{progress.rows_done:,} of {progress.rows_total:,} rows"
        is_read = progress.state == ImportRun.State.STAGED
        return progress.phase if is_read else f"{progress.phase}: {rows}"
    if not progress.rows_total:
        return f"{progress.rows_done:,} rows" if progress.rows_done else ""
    words = [f"{progress.rows_done:,} of {progress.rows_total:,} rows"]
    if progress.rows_per_second:
        words.append(f"{progress.rows_per_second:,.0f} rows a second")
    if progress.seconds_left is not None and not progress.has_ended:
        words.append(f"{duration_in_words(progress.seconds_left)} left")
    return ", ".join(words)


def duration_in_words(seconds: float) -> str:
    """Return a duration in the unit that fits: "4 seconds", "3 minutes"."""
    whole = max(round(seconds), 1)
    if whole < 90:
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes = round(whole / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"


def run_url(run: ImportRun) -> str:
    return reverse("admin:transfers_importrun_change", args=[run.pk])
