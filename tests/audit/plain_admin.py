"""An admin site as Django ships it: what it can do, the trail must see."""

from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.urls import path

from apps.projects.models import Project, Task

site = AdminSite(name="plain")


class TaskInline(TabularInline):
    model = Task
    extra = 0


class ProjectAdmin(ModelAdmin):
    inlines = [TaskInline]


class TaskAdmin(ModelAdmin):
    list_display = ["title", "status"]
    list_editable = ["status"]


site.register(Project, ProjectAdmin)
site.register(Task, TaskAdmin)

urlpatterns = [path("plain/", site.urls)]
