"""The catalog: every task that can be scheduled, and the schedules that it has."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django_celery_beat.models import PeriodicTask

from apps.core.actors import require
from apps.core.schedulable import Missed, SchedulableTask
from apps.schedules.durations import duration_in_words
from apps.schedules.task_names import declared_tasks

MISSED = {
    Missed.SKIP: "None of them runs",
    Missed.ONCE: "One run makes up for all of them",
    Missed.ALL: "Each runs, one after the other",
}


def catalog_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show what can be scheduled to those who may view schedules."""
    require(request.user, "django_celery_beat.view_periodictask")
    schedules: dict[str, list[PeriodicTask]] = {}
    for schedule in PeriodicTask.objects.order_by("name"):
        schedules.setdefault(schedule.task, []).append(schedule)
    tasks = sorted(declared_tasks(), key=lambda task: task.label)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Catalog of tasks",
        "tasks": [_entry(task, schedules.get(task.name, [])) for task in tasks],
        "may_add": model_admin.has_add_permission(request),
    }
    return TemplateResponse(request, "schedules/catalog.html", context)


def _entry(task: SchedulableTask, schedules: list[PeriodicTask]) -> dict[str, Any]:
    facts = [
        ("Arguments", ", ".join(one.in_words for one in task.parameters.values()) or "None"),
        ("Queue", task.queue.capitalize()),
        ("Time limit", duration_in_words(task.time_limit)),
        ("If an earlier run hasn't ended", "Runs beside it" if task.may_overlap else "Is skipped"),
        ("Missed due times", MISSED[task.missed]),
        (
            "If its worker is lost",
            "Starts again by itself" if task.is_idempotent else "Waits for a person",
        ),
    ]
    return {"task": task, "facts": facts, "schedules": schedules}
