"""What a second person must approve of organizations."""

from typing import Any

from apps.accounts.approvable.registry import ACTIONS
from apps.accounts.approvals.records import OnRecords
from apps.core.actors import Actor
from apps.core.trash import reach_of_purge, reach_of_trash
from apps.organizations.models import Organization
from apps.organizations.querysets import OrganizationQuerySet
from apps.organizations.services.organizations import organizations_purge, organizations_trash

SHOWN = ("slug", "external_id", "status", "owner", "deleted_at", "deleted_by")


def _purge(records: OrganizationQuerySet, actor: Actor, reason: str) -> Any:
    return organizations_purge(organizations=records, actor=actor, reason=reason)


def _trash(records: OrganizationQuerySet, actor: Actor, reason: str) -> Any:
    return organizations_trash(organizations=records, actor=actor, reason=reason)


ACTIONS.add(
    OnRecords(
        kind="organizations.purge",
        label="Delete organizations for good",
        word="purge",
        permission="organizations.purge_organization",
        records=Organization.all_objects.all,
        service=_purge,
        reach=reach_of_purge,
        sentence="Delete {} for good",
        done="deleted for good",
        shown=SHOWN,
        after="gone",
        consequences=("This can't be undone.",),
        url_name="admin:organizations_trashedorganization_change",
    ),
    OnRecords(
        kind="organizations.trash",
        label="Move many organizations to the trash",
        permission="organizations.delete_organization",
        records=Organization.all_objects.all,
        service=_trash,
        reach=reach_of_trash,
        sentence="Move {} to the trash",
        done="moved to the trash",
        shown=("slug", "external_id", "status", "owner"),
        url_name="admin:organizations_organization_change",
    ),
)
