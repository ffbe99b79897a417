"""The forms of the bulk actions on projects and tasks."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assignee"]
        field.queryset = User.objects.for_staff(self.request.user)


class DueDateForm(BulkForm):
    due_date = forms.DateField(
        label="Due",
        required=False,
        widget=UnfoldAdminDateWidget(),
        help_text="Leave it empty to remove the date.",
    )
