"""Step 3, Check: the plan, row by row, and the button that confirms it."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.core.actors import PermissionHolder
from apps.core.admin.page_parameters import takes
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.errors import DomainError
from apps.core.wording import counted
from apps.transfers import registry
from apps.transfers.admin.rows import ROW_PARAMETERS, PlanTable
from apps.transfers.admin.wizard.apply import progress_sentence
from apps.transfers.admin.wizard.guards import render, run_page
from apps.transfers.admin.wizard.steps import APPLY, CHECK, COLUMNS, step_context, step_url
from apps.transfers.admin.word_lines import word_lines
from apps.transfers.engine.apply.stale_plan import undone_since
from apps.transfers.engine.context import may_create
from apps.transfers.forms.confirmation import ConfirmForm
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.selectors import ImpactLine, plan_impacts, run_progress
from apps.transfers.selectors.approvals import second_person_sentence, waiting_request
from apps.transfers.services import import_run_check_again, import_run_confirm
from apps.transfers.services.drafts import import_run_keep_draft
from apps.transfers.services.imports import StalePlanError


@takes(*ROW_PARAMETERS)
@run_page(step=CHECK, shared=True)
def check(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    if run.state != ImportRun.State.PLANNED:
        progress = run_progress(run)
        context = step_context(CHECK, run, progress=progress, sentence=progress_sentence(progress))
        return render(request, "planning", context, title=f"Import {run.upload.name}")
    impacts = plan_impacts(run, request.user)
    number = number_to_type(impacts)
    if request.method == "POST":
        if run.user_id != request.user.pk:
            raise PermissionDenied(
                "Only the person who started this import can apply it. You can decide on the "
                "request."
            )
        if "back" in request.POST:
            _keep_reason(request, run)
            return HttpResponseRedirect(step_url(run, COLUMNS))
        if "again" in request.POST or "create" in request.POST:
            return _check_again(request, run)
        form = _form(request, run, number, request.POST)
        if form.is_valid():
            try:
                import_run_confirm(
                    run=run,
                    plan_token=form.cleaned_data["plan_token"],
                    reason=form.cleaned_data["reason"],
                    typed_number=form.cleaned_data.get("typed_number"),
                    actor=request.user,
                )
            except ApprovalNeeded as needed:
                return _ask(request, run, form, impacts, needed)
            except StalePlanError as error:
                return _page(request, run, form, impacts, status=409, stale_plan=error.message)
            except DomainError as error:
                form.add_error(None, error.message)
                run.refresh_from_db()
                return _page(request, run, form, impacts, status=409)
            return HttpResponseRedirect(step_url(run, APPLY))
        return _page(request, run, form, impacts, status=400)
    return _page(request, run, _form(request, run, number, None), impacts)


@run_page(methods=("POST",))
def keep_reason(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Save the reason while the rows are being filtered; the page's script sends it."""
    _keep_reason(request, run)
    return HttpResponse(status=204)


def _keep_reason(request: HttpRequest, run: ImportRun) -> None:
    """Save the reason on the page for the plan that the page shows."""
    if request.POST.get("plan_token") == run.plan_token:
        reason = request.POST.get("reason", "")[:500]
        import_run_keep_draft(run=run, reason=reason, actor=request.user)


def _check_again(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """Plan the rows again; `create` names a column whose missing records will be created."""
    try:
        create = request.POST.getlist("create")
        token = request.POST.get("plan_token", "")
        import_run_check_again(run=run, plan_token=token, create_missing=create, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(step_url(run, CHECK))


def _creatable(run: ImportRun, user: PermissionHolder) -> list[dict[str, Any]]:
    """Return the columns whose rows are refused only because of a record that the import could create."""
    matching = Matching.from_json(run.matching)
    columns = registry.get(run.dataset).columns()
    found = []
    for verdict, cause, rows in run.causes:
        name, _, code = cause.partition(":")
        relation = columns[name].relation if name in columns else None
        if verdict != "refused" or code != "not_found" or relation is None:
            continue
        model: Any = apps.get_model(relation.model)
        if relation.create and name not in matching.create_missing and may_create(model, user):
            sentence = (
                f"1 row names {counted(1, model)} that doesn't exist yet."
                if rows == 1
                else f"{intcomma(rows)} rows name {model._meta.verbose_name_plural} that don't exist yet."
            )
            found.append({"name": name, "sentence": sentence})
    return found


def _ask(
    request: HttpRequest,
    run: ImportRun,
    form: ConfirmForm,
    impacts: list[ImpactLine],
    needed: ApprovalNeeded,
) -> HttpResponseBase:
    """Create the approval request if the button asked for it; otherwise say that it is needed."""
    if "ask" not in request.POST:
        form.add_error(None, needed.message)
        return _page(request, run, form, impacts, status=409)
    asked = APPROVALS.get().ask(needed, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, asked.message)
    return HttpResponseRedirect(asked.url)


def _form(
    request: HttpRequest, run: ImportRun, number: int | None, data: Mapping[str, Any] | None
) -> ConfirmForm:
    return ConfirmForm(
        data,
        number=number,
        placeholder="Why are you importing these rows?",
        initial={"plan_token": run.plan_token, "reason": run.reason},
    )


def number_to_type(impacts: list[ImpactLine]) -> int | None:
    """Return the largest number that must be typed for the blast radius, if any."""
    return max((line.number for line in impacts if line.must_type), default=None)


def _page(
    request: HttpRequest,
    run: ImportRun,
    form: ConfirmForm,
    impacts: list[ImpactLine],
    status: int = 200,
    stale_plan: str = "",
) -> HttpResponseBase:
    matching = Matching.from_json(run.matching)
    to_apply = int(run.counts.get("create", 0)) + int(run.counts.get("update", 0))
    refused = int(run.counts.get("refused", 0))
    is_owner = run.user_id == request.user.pk
    waiting = waiting_request(run)
    if to_apply and not stale_plan and (stale := undone_since(run)) is not None:
        stale_plan = stale.why
    context = step_context(
        CHECK,
        run,
        cancel_url=reverse("admin:transfers_importrun_cancel", args=[run.pk]),
        form=form,
        impacts=impacts,
        to_apply=to_apply,
        refused=refused,
        # All or nothing, and rows were refused: the button would only be refused as well.
        is_blocked=refused > 0 and matching.on_error == "stop",
        is_owner=is_owner,
        second_person="" if waiting else second_person_sentence(run, request.user),
        waiting=waiting,
        # “owner” → owner is not worth showing.
        words=[line for line in word_lines(run) if line["meaning"].how != "exact"],
        stale_plan=stale_plan,
        creatable=_creatable(run, request.user) if is_owner and not waiting else [],
        request_url=waiting and reverse("admin:accounts_approvalrequest_change", args=[waiting.pk]),
        **PlanTable(request, run).context(),
    )
    return render(request, "check", context, title=f"Import {run.upload.name}", status=status)
