"""The pages that pause all schedules and resume them, and the banner on every page meanwhile."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.actors import require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited, sees_everything
from apps.schedules.pauses import open_pause
from apps.schedules.services import schedules_pause, schedules_resume

PAUSE = "schedules.pause_schedules"
_NAME = "django_celery_beat_periodictask"


class PauseForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Everyone in the back office sees it until the schedules are resumed.",
    )


def urls(model_admin: ModelAdmin) -> list[URLPattern]:
    wrap = model_admin.admin_site.admin_view

    def pause(request: HttpRequest) -> HttpResponse:
        return pause_view(model_admin, request)

    return [
        path("pause/", wrap(pause), name=f"{_NAME}_pause"),
        path("resume/", wrap(require_POST(resume_view)), name=f"{_NAME}_resume"),
    ]


def pause_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for a reason, and pause all schedules with the POST."""
    require(request.user, PAUSE)
    refuse_limited(request.user, "Scheduled tasks affect every organization.")
    form = PauseForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                schedules_pause(reason=form.cleaned_data["reason"], actor=request.user)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = 409
            else:
                messages.success(request, "All schedules are paused. Runs in progress continue.")
                return _to_list()
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "Pause all schedules",
        "form": form,
        "cancel_url": reverse(f"admin:{_NAME}_changelist"),
        "danger": True,
        "count": 1,
        "explanation": "No schedule runs until somebody resumes them. Run now still works.",
        "consequences": [
            "Each due time until then is skipped. So is a run that still waits for a worker. Its row says why.",
            "Runs in progress continue.",
            "Every page of the back office says who paused the schedules, and since when.",
        ],
    }
    return TemplateResponse(request, "core/confirm.html", context, status=status)


def resume_view(request: HttpRequest) -> HttpResponse:
    require(request.user, PAUSE)
    if schedules_resume(actor=request.user):
        messages.success(request, "The schedules run again, from their next due times on.")
    else:
        messages.info(request, "Nothing to do. The schedules are not paused.")
    return _to_list()


def may_pause(request: HttpRequest) -> bool:
    """Tell whether the list offers to pause: to those who may, and while nobody has."""
    may = request.user.has_perm(PAUSE) and sees_everything(request.user)
    return may and open_pause() is None


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:{_NAME}_changelist"))
