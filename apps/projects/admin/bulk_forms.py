"""The forms of the bulk actions on projects and tasks."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from apps.accounts.models import User
from apps.bulk.admin.offer import BulkForm
from apps.core.admin.autocomplete import autocompleted
from apps.projects.models import Project, Task

_ASSIGNEE = autocompleted(Task._meta.get_field("assignee"))


class ProjectStatusForm(BulkForm):
    status: Any = forms.ChoiceField(
        choices=Project.Status.choices, widget=UnfoldAdminSelectWidget()
    )


class TaskStatusForm(BulkForm):
    status: Any = forms.ChoiceField(choices=Task.Status.choices, widget=UnfoldAdminSelectWidget())


class AssigneeForm(BulkForm):
    assignee = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        widget=AutocompleteSelect(_ASSIGNEE, admin.site),
        help_text="Leave it empty to unassign the tasks.",
    )

    def choices(self) -> dict[str, QuerySet[Any]]:
        return {"assignee": User.objects.for_staff(self.request.user)}


class DueDateForm(BulkForm):
    due_date = forms.DateField(
        label="Due",
        required=False,
        widget=UnfoldAdminDateWidget(),
        help_text="Leave it empty to remove the date.",
    )
