"""What can be done to many projects and tasks at once."""

from apps.bulk.set_field import SetField


class SetProjectStatus(SetField):
    code = "projects.set_project_status"
    model = "projects.Project"
    permission = "projects.change_project"
    label = "Set status"
    field = "status"


class SetTaskStatus(SetField):
    code = "projects.set_status"
    model = "projects.Task"
    permission = "projects.change_task"
    label = "Set status"
    field = "status"


class SetAssignee(SetField):
    code = "projects.set_assignee"
    model = "projects.Task"
    permission = "projects.change_task"
    label = "Set assignee"
    field = "assignee"


class SetDueDate(SetField):
    code = "projects.set_due_date"
    model = "projects.Task"
    permission = "projects.change_task"
    label = "Set due date"
    field = "due_date"


SET_PROJECT_STATUS, SET_TASK_STATUS = SetProjectStatus(), SetTaskStatus()
SET_ASSIGNEE, SET_DUE_DATE = SetAssignee(), SetDueDate()
