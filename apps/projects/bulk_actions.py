"""What can be done to many projects and tasks at once."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from apps.bulk.actions import BulkAction, Skip, Values
from apps.core.actors import Actor


class SetField(BulkAction):
    """Gives one field of every record the same value."""

    field: str
    done = "changed"

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        if self.field in values:
            value = values[self.field]
            same = Q(**{f"{self.field}__isnull": True} if value is None else {self.field: value})
            yield Skip(same, "Has this value already.")

    def after(self, values: Values) -> dict[str, Any]:
        return {self.field: values[self.field]}


class SetProjectStatus(SetField):
    code = "projects.set_project_status"
    model = "projects.Project"
    permission = "projects.change_project"
    label = "Set status"
    field, changes = "status", ("status",)


class SetTaskStatus(SetField):
    code = "projects.set_status"
    model = "projects.Task"
    permission = "projects.change_task"
    label = "Set status"
    field, changes = "status", ("status",)


class SetAssignee(SetField):
    code = "projects.set_assignee"
    model = "projects.Task"
    permission = "projects.change_task"
    label = "Set assignee"
    field, changes = "assignee", ("assignee",)


class SetDueDate(SetField):
    code = "projects.set_due_date"
    model = "projects.Task"
    permission = "projects.change_task"
    label = "Set due date"
    field, changes = "due_date", ("due_date",)


SET_PROJECT_STATUS, SET_TASK_STATUS = SetProjectStatus(), SetTaskStatus()
SET_ASSIGNEE, SET_DUE_DATE = SetAssignee(), SetDueDate()
