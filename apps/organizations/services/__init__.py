"""Services of organizations, memberships, and invitations; one module per noun."""

from apps.organizations.services.invitations import (
    invitation_accept,
    invitation_create,
    invitation_resend,
    invitation_revoke,
    invitation_send,
    invitations_expire,
)
from apps.organizations.services.memberships import (
    membership_add,
    membership_remove,
    membership_update,
    memberships_remove,
)
from apps.organizations.services.organizations import (
    organization_create,
    organization_restore,
    organization_set_owner,
    organization_update,
    organizations_restore,
)
from apps.organizations.services.staff_scope import user_set_scope

__all__ = [
    "invitation_accept",
    "invitation_create",
    "invitation_resend",
    "invitation_revoke",
    "invitation_send",
    "invitations_expire",
    "membership_add",
    "membership_remove",
    "membership_update",
    "memberships_remove",
    "organization_create",
    "organization_restore",
    "organization_set_owner",
    "organization_update",
    "organizations_restore",
    "user_set_scope",
]
