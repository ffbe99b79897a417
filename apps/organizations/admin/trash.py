"""Organizations in the trash."""

from collections.abc import Mapping

from django.contrib import admin
from django.http import HttpRequest

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.trash import TrashAdmin
from apps.core.trash import Counts
from apps.organizations.models import TrashedOrganization
from apps.organizations.querysets import OrganizationQuerySet
from apps.organizations.services.organizations import organizations_purge, organizations_restore


@admin.register(TrashedOrganization)
class TrashedOrganizationAdmin(TimelineMixin, TrashAdmin[OrganizationQuerySet]):
    approval_kinds = {"purge": "organizations.purge"}
    trash_columns = ["slug", "external_id"]
    search_fields = ["name", "slug", "external_id"]
    search_help_text = "Name, slug or external ID"
    fields = ["name", "slug", "external_id", "status", "owner", "deleted_moment", "deleted_by_link"]

    def restore_records(
        self,
        request: HttpRequest,
        records: OrganizationQuerySet,
        reason: str,
        names: Mapping[str, str],
    ) -> Counts:
        return organizations_restore(
            organizations=records, actor=request.user, reason=reason, names=names
        )

    def purge_records(
        self, request: HttpRequest, records: OrganizationQuerySet, reason: str
    ) -> Counts:
        return organizations_purge(organizations=records, actor=request.user, reason=reason)
