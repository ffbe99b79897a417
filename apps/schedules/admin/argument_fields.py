"""The fields of a task's arguments, made from its signature."""

from typing import Any

from django import forms
from django_celery_beat.models import PeriodicTask
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.core.task_arguments import LONGEST_TEXT, Parameter
from apps.schedules.services.schedule_fields import ARGUMENT
from apps.schedules.task_names import arguments_of, declared_tasks

ARGUMENTS_CLASS = "qd-task-arguments"


def argument_fields(task_name: str) -> dict[str, forms.Field]:
    """Return the form fields of what a task takes; none for a task that is not declared."""
    task = declared_tasks().get(task_name)
    parameters = task.parameters.values() if task else ()
    return {f"{ARGUMENT}{one.name}": _field(one) for one in parameters}


def arguments_fieldset(task_name: str) -> tuple[str, dict[str, Any]]:
    """Return the part of the form that asks for them; it is there without any, so that a script can replace it."""
    fields = list(argument_fields(task_name))
    none = "This task takes no arguments." if task_name else "Choose a task first."
    about = "" if fields else none
    return "Arguments", {"fields": fields, "classes": [ARGUMENTS_CLASS], "description": about}


def initial_arguments(schedule: PeriodicTask | None) -> dict[str, Any]:
    """Return what the fields show of a stored schedule."""
    if schedule is None or schedule.pk is None:
        return {}
    return {f"{ARGUMENT}{name}": value for name, value in arguments_of(schedule).items()}


def _field(parameter: Parameter) -> forms.Field:
    about: dict[str, Any] = {
        "label": parameter.about.label,
        "help_text": parameter.about.help,
        "required": parameter.required,
        "initial": parameter.default,
    }
    choices = parameter.choices()
    if choices:
        offered = choices if parameter.required else [("", "As the task decides"), *choices]
        values = {str(value): value for value, _ in choices}
        return forms.TypedChoiceField(
            choices=offered,
            # Also called with a stored value, and with one that is not a choice.
            coerce=lambda given: values.get(str(given), given),
            widget=UnfoldAdminSelectWidget(),
            **about,
        )
    if parameter.kind is bool:
        return forms.BooleanField(
            widget=UnfoldBooleanSwitchWidget(), **{**about, "required": False}
        )
    if parameter.kind is int:
        return forms.IntegerField(
            min_value=parameter.least,
            max_value=parameter.most,
            widget=UnfoldAdminIntegerFieldWidget(),
            **about,
        )
    return forms.CharField(max_length=LONGEST_TEXT, widget=UnfoldAdminTextInputWidget(), **about)
