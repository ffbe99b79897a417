"""Projects in the trash."""

from django.contrib import admin

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.trash import purge_many, restore_many
from apps.holds.admin.holdable import HOLD_ACTIONS, Holdable
from apps.projects.models import Project, TrashedProject
from apps.projects.services import projects_restore
from apps.retention.admin.trash import EmptiedTrashAdmin


@admin.register(TrashedProject)
class TrashedProjectAdmin(Holdable, TimelineMixin, EmptiedTrashAdmin):
    actions_detail = [*EmptiedTrashAdmin.actions_detail, *HOLD_ACTIONS]
    restore = restore_many(Project)
    purge = purge_many(Project)
    restore_service = staticmethod(projects_restore)
    trash_columns = ["organization"]
    search_fields = ["name"]
    search_help_text = "Name"
    fields = ["name", "organization", "description", "status", "deleted_moment", "deleted_by_link"]
