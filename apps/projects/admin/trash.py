"""Projects in the trash."""

from django.contrib import admin

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.trash import restore_many
from apps.core.admin.trash.pages import TrashAdmin
from apps.projects.models import Project, TrashedProject
from apps.projects.services import projects_restore


@admin.register(TrashedProject)
class TrashedProjectAdmin(TimelineMixin, TrashAdmin):
    restore = restore_many(Project)
    restore_service = staticmethod(projects_restore)
    trash_columns = ["organization"]
    search_fields = ["name"]
    search_help_text = "Name"
    fields = ["name", "organization", "description", "status", "deleted_moment", "deleted_by_link"]
