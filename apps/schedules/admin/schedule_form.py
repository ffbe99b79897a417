"""The form of a schedule: a declared task, one timing, and the task's arguments."""

from typing import Any

from django import forms
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.core.admin.editing.forms import VersionedModelForm
from apps.schedules.task_names import declared_tasks, problem_with

TIMES = ("interval", "crontab", "clocked", "solar")


def task_choices() -> list[tuple[str, str]]:
    declared = sorted(declared_tasks(), key=lambda task: task.label)
    return [("", "Choose a task"), *((task.name, task.label) for task in declared)]


class ScheduleForm(VersionedModelForm):
    task = forms.ChoiceField(
        choices=task_choices,
        widget=UnfoldAdminSelectWidget(),
        help_text="Only tasks that the code declares as schedulable can be chosen.",
    )

    class Meta:
        model = PeriodicTask
        fields = "__all__"  # The admin's fieldsets choose.
        widgets = {
            "description": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "args": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "kwargs": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }
        labels = {
            "interval": "Interval",
            "crontab": "Crontab",
            "clocked": "Clock time",
            "solar": "Sunrise or sunset",
            "one_off": "Once",
            "start_time": "Not before",
            "expires": "Not after",
            "expire_seconds": "Seconds it may wait",
            "kwargs": "Arguments by name",
            "args": "Arguments by position",
        }
        help_texts = {
            "name": "A name that people recognize.",
            "description": "What it is for, and who to ask about it.",
            "interval": "Repeats from “Not before”, or on round times if that is empty. For example, every 10 minutes runs at :00, :10, and :20.",
            "crontab": "At the given minutes, hours, and days, in the crontab's time zone.",
            "clocked": "At one moment. Also select “Once”.",
            "solar": "At sunrise, sunset, or another event of the sun at a place.",
            "one_off": "Runs once, then disables itself.",
            "start_time": "It does not run before this moment.",
            "expires": "It does not run after this moment.",
            "expire_seconds": "If no worker has started it by then, the run is dropped.",
            "kwargs": 'A JSON object, such as {"report": "weekly"}.',
            "args": "A JSON list. Usually [].",
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("task"):
            problem = problem_with(data["task"], data.get("args", "[]"), data.get("kwargs", "{}"))
            if problem:
                self.add_error("kwargs", problem)
        chosen = [name for name in TIMES if data.get(name)]
        if not chosen and not any(name in self.errors for name in TIMES):
            self.add_error(
                None, "Choose when it runs: an interval, a crontab, a clock time, or the sun."
            )
        if len(chosen) > 1:
            self.add_error(None, f"Choose one time, not {len(chosen)}: {', '.join(chosen)}.")
        if data.get("clocked") and not data.get("one_off"):
            self.add_error("one_off", "A schedule with a clock time runs once. Select “Once”.")
        if data.get("expires") and data.get("expire_seconds") is not None:
            self.add_error("expire_seconds", "Set one of the two expirations, not both.")
        return data
