"""The form of a schedule: a declared task, when it runs, and the task's arguments."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse_lazy
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.core.admin.editing.forms import VersionedModelForm
from apps.schedules.admin.argument_fields import ARGUMENTS_CLASS, initial_arguments
from apps.schedules.admin.when_field import HELP, WhenWidget, ZoneWidget, preview, zone_choices
from apps.schedules.task_names import declared_tasks
from apps.schedules.timing import timing_of, zone_of
from apps.schedules.when import parse
from apps.schedules.when_in_words import in_words


def task_choices() -> list[tuple[str, str]]:
    declared = sorted(declared_tasks(), key=lambda task: task.label)
    return [("", "Choose a task"), *((task.name, task.label) for task in declared)]


class TaskWidget(UnfoldAdminSelectWidget):
    """A select that asks for the arguments of the task that somebody chooses."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "hx-get": reverse_lazy("admin:django_celery_beat_periodictask_add"),
                "hx-trigger": "change",
                "hx-select": f".{ARGUMENTS_CLASS}",
                "hx-target": f".{ARGUMENTS_CLASS}",
                "hx-swap": "outerHTML",
            }
        )


class ScheduleForm(VersionedModelForm):
    task = forms.ChoiceField(
        choices=task_choices,
        widget=TaskWidget(),
        help_text="The catalog of tasks says what each of them does.",
    )
    when = forms.CharField(max_length=300, widget=WhenWidget(), help_text=HELP)
    time_zone = forms.ChoiceField(
        choices=zone_choices,
        widget=ZoneWidget(),
        required=False,
        help_text="The clock that the times above are read from. A time zone in the sentence counts instead.",
    )

    class Meta:
        model = PeriodicTask
        fields = "__all__"  # The admin's fieldsets choose.
        widgets = {
            "description": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }
        labels = {
            "start_time": "Not before",
            "expires": "Not after",
            "expire_seconds": "Seconds it may wait",
        }
        help_texts = {
            "name": "A name that people recognize.",
            "description": "What it is for, and who to ask about it.",
            "start_time": f"It does not run before this moment ({settings.TIME_ZONE}).",
            "expires": f"It does not run after this moment ({settings.TIME_ZONE}).",
            "expire_seconds": "A run that no worker has started this long after its due time is missed.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        schedule = kwargs.get("instance")
        stored = {**_said(schedule), **initial_arguments(schedule)}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if "when" in self.fields:
            said = self.data if self.is_bound else self.initial
            self.fields["when"].widget.preview = preview(said, schedule)

    def validate_unique(self) -> None:
        # celery-beat's own also asks for a stored timing, which the service makes.
        try:
            Model.validate_unique(self.instance, exclude=self._get_validation_exclusions())
        except ValidationError as error:
            self._update_errors(error)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("when"):
            try:
                parse(data["when"], data.get("time_zone", ""))
            except ValueError as error:
                self.add_error("when", str(error))
        if data.get("expires") and data.get("expire_seconds") is not None:
            self.add_error("expire_seconds", "Set one of the two expirations, not both.")
        return data


def _said(schedule: PeriodicTask | None) -> dict[str, str]:
    """Return the sentence and the time zone that the form opens with; no sentence for a broken schedule."""
    if schedule is None or schedule.pk is None:
        return {"when": "", "time_zone": settings.TIME_ZONE}
    try:
        return {"when": in_words(timing_of(schedule)), "time_zone": zone_of(schedule)}
    except ValueError:
        return {"when": "", "time_zone": zone_of(schedule)}
