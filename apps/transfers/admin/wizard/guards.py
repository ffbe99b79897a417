"""Checks before every step: the permissions, the gate, and the run's owner."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.core.actors import PermissionHolder, require
from apps.core.admin.gates import closed_response
from apps.core.errors import BelongsToColleague, RecordNotFound
from apps.transfers import registry
from apps.transfers.access import IMPORT, permissions_to_import
from apps.transfers.admin.wizard.steps import open_steps, step_url
from apps.transfers.engine.runs.approver import approver_of
from apps.transfers.gates import BULK_IMPORT
from apps.transfers.models import ImportRun
from apps.transfers.selectors.approvals import request_to_decide
from apps.transfers.selectors.pages import run_for_reader

View = Callable[..., HttpResponseBase]


def wizard_page(*, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Guard a view of the wizard that has no run yet."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            require(request.user, IMPORT)
            closed = closed_response(request, BULK_IMPORT)
            if closed is not None:
                return closed
            if request.method not in (*methods, "HEAD"):
                return HttpResponseNotAllowed(methods)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def run_page(
    *, step: str = "", methods: tuple[str, ...] = ("GET", "POST"), shared: bool = False
) -> Callable[[View], View]:
    """Guard a view of one run: `view(request, run)`.

    With `step`, the run must have reached it; otherwise the person is redirected to its current
    step. `shared` lets in the second person who is asked to approve, read-only. Otherwise a run is
    visible only to its owner; others get a 404.
    """

    def guard(view: View) -> View:
        @wraps(view)
        @wizard_page(methods=methods)
        def guarded(request: HttpRequest, run_id: int) -> HttpResponseBase:
            run = ImportRun.objects.select_related("upload", "user").filter(pk=run_id).first()
            if run is None or not _may_enter(run, request.user, shared):
                raise _refusal(run_id, request.user)
            require(request.user, *permissions_to_import(registry.get(run.dataset)))
            if step and step not in open_steps(run):
                return HttpResponseRedirect(step_url(run))
            return view(request, run)

        return guarded

    return guard


def _refusal(run_id: int, user: PermissionHolder) -> Exception:
    """Return the refusal for another person's run: people who may view it learn whose it is."""
    run = run_for_reader(user, run_id)
    if run is None:
        return RecordNotFound(ImportRun, str(run_id))
    owner = run.user or "the command line"
    return BelongsToColleague(
        f"Import run {run.pk} was started by {owner}. You can view it, but only its owner can continue it.",
        url=reverse("admin:transfers_importrun_change", args=[run.pk]),
    )


def _may_enter(run: ImportRun, user: PermissionHolder, shared: bool) -> bool:
    if run.user_id == user.pk:
        return True
    if not shared:
        return False
    if run.state == ImportRun.State.PLANNED:
        return request_to_decide(run, user) is not None
    second = approver_of(run)
    return second is not None and second.pk == user.pk


def render(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponseBase:
    return TemplateResponse(
        request,
        f"admin/transfers/wizard/{template}.html",
        {**admin.site.each_context(request), "title": title, **context},
        status=status,
    )
