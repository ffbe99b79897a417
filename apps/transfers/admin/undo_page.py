"""The undo of a run: its preview, its form and what it did, as the last tab of the run's page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.core.actors import PermissionHolder, require
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.errors import DomainError, RecordNotFound
from apps.core.sudo import require_fresh_factor
from apps.transfers.access import UNDO, VIEW_RUN
from apps.transfers.admin.result import PARTS_OF_UNDO, undo_links
from apps.transfers.forms.confirmation import ReasonForm
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.selectors import undo_preview
from apps.transfers.selectors.approvals import (
    undo_second_person_sentence,
    waiting_undo_request,
)
from apps.transfers.selectors.pages import run_for_reader
from apps.transfers.selectors.undo import UndoPreview, UndoResult, kept_listed, undo_results
from apps.transfers.services import import_run_undo
from apps.transfers.services.undo import rows_to_undo


def undo_context(run: ImportRun, form: ReasonForm | None, user: PermissionHolder) -> dict[str, Any]:
    working = (
        UndoRun.objects.filter(run=run, state__in=UndoRun.WORK_STATES)
        .select_related("user")
        .first()
    )
    preview = None if working else undo_preview(run, user)
    links = undo_links(run)
    waiting = None if working else waiting_undo_request(run)
    return {
        "waiting": waiting,
        "waiting_url": waiting
        and reverse("admin:accounts_approvalrequest_change", args=[waiting.pk]),
        "second_person": undo_second_person_sentence(run, rows_to_undo(run), user)
        if preview and preview.possible and not waiting
        else "",
        "undo_working": working,
        "undo_sentence": _undo_sentence(working) if working else "",
        "undo_percent": _undo_percent(working) if working else None,
        "preview": preview,
        "preview_numbers": _numbers(preview, links, is_done=False)
        if preview and preview.possible
        else [],
        # An earlier undo kept rows, and none of them can be undone now.
        "nothing_freed": preview is not None
        and preview.again
        and not (preview.removed or preview.reverted),
        "undo_results": [
            {"result": result, "numbers": _numbers(result, links, is_done=True)}
            for result in undo_results(run)
        ],
        "kept": kept_listed(run)
        if preview is not None and not preview.possible
        else preview.kept
        if preview is not None
        else [],
        "kept_url": links["kept"],
        "undo_form": form or ReasonForm(placeholder="Why are you undoing this import?"),
    }


def _numbers(
    counted: UndoPreview | UndoResult, links: dict[str, str], *, is_done: bool
) -> list[dict[str, Any]]:
    """The numbers of a preview or a result, each with a link to its rows."""
    values = {
        "removed": counted.removed,
        "reverted": counted.reverted,
        "kept": counted.kept_count,
    }
    return [
        {
            "label": done if is_done else planned,
            "color": color,
            "rows": values[name],
            "url": links[name],
        }
        for name, done, planned, color in PARTS_OF_UNDO
    ]


def undo(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Start the undo. Its preview and its form are on the last tab of the run's page."""
    require(request.user, UNDO, VIEW_RUN)
    run = run_for_reader(request.user, run_id)
    if run is None:
        raise RecordNotFound(ImportRun, str(run_id))
    tab = f"{reverse('admin:transfers_importrun_change', args=[run.pk])}?tab=undo"
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(tab)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A reason is required.")
        return HttpResponseRedirect(tab)
    require_fresh_factor(request, "undo an import")
    try:
        import_run_undo(run=run, reason=form.cleaned_data["reason"], actor=request.user)
    except ApprovalNeeded as needed:
        if "ask" in request.POST:
            return _ask(request, form, needed)
        messages.error(request, needed.message)
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(tab)


def _ask(request: HttpRequest, form: ReasonForm, needed: ApprovalNeeded) -> HttpResponseBase:
    reason = form.cleaned_data["reason"]
    asked = APPROVALS.get().ask(needed, actor=request.user, reason=reason)
    messages.success(request, asked.message)
    return HttpResponseRedirect(asked.url)


def undo_progress(request: HttpRequest, run_id: int) -> HttpResponseBase:
    require(request.user, VIEW_RUN)
    if run_for_reader(request.user, run_id) is None:
        raise RecordNotFound(ImportRun, str(run_id))
    undo_run = UndoRun.objects.filter(run_id=run_id).order_by("-id").first()
    if undo_run is None:
        raise RecordNotFound(UndoRun, str(run_id))
    return JsonResponse(
        {
            "state": undo_run.state,
            "percent": _undo_percent(undo_run),
            "sentence": _undo_sentence(undo_run),
            "is_over": undo_run.state not in UndoRun.WORK_STATES,
        }
    )


def _undo_percent(undo_run: UndoRun) -> float | None:
    if not undo_run.rows_to_do:
        return None
    return round(100 * undo_run.rows_done / undo_run.rows_to_do, 1)


def _undo_sentence(undo_run: UndoRun) -> str:
    if not undo_run.rows_to_do:
        return "Checking what was changed since"
    return f"{undo_run.rows_done:,} of {undo_run.rows_to_do:,} rows"
