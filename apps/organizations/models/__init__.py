"""Organizations, the people in them, and the invitations to them."""

from apps.organizations.models.invitation import Invitation
from apps.organizations.models.membership import Membership, Role
from apps.organizations.models.organization import Organization, TrashedOrganization
from apps.organizations.models.staff_organization import StaffOrganization

__all__ = [
    "Invitation",
    "Membership",
    "Organization",
    "Role",
    "StaffOrganization",
    "TrashedOrganization",
]
