"""Organizations in the trash."""

from django.contrib import admin

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.merge_page import merges
from apps.bulk.admin.trash import purge_many, restore_many
from apps.holds.admin.holdable import HOLD_ACTIONS, Holdable
from apps.organizations.models import Organization, TrashedOrganization
from apps.organizations.services.organizations import organizations_restore
from apps.retention.admin.trash import EmptiedTrashAdmin


@admin.register(TrashedOrganization)
class TrashedOrganizationAdmin(Holdable, TimelineMixin, EmptiedTrashAdmin):
    actions_detail = [*EmptiedTrashAdmin.actions_detail, *HOLD_ACTIONS]
    restore = restore_many(Organization)
    purge = purge_many(Organization)
    restore_service = staticmethod(organizations_restore)
    trash_columns = ["slug", "external_id"]
    search_fields = ["name", "slug", "external_id"]
    search_help_text = "Name, slug, or external ID"
    fields = [
        "name",
        "slug",
        "external_id",
        "status",
        "owner",
        "deleted_moment",
        "deleted_by_link",
        "merges",
    ]
    readonly_fields = ["merges"]
    merges = staticmethod(merges)
