"""Declares the timelines of organizations, memberships, and invitations."""

from apps.accounts.models import User
from apps.accounts.people_scope import people_of
from apps.audit.timeline.history_scope import timeline_scope
from apps.audit.timeline.registry import (
    timeline_includes,
    timeline_label,
    timeline_never_reverts,
    timeline_personal,
    timeline_reverts,
)
from apps.organizations.models import Invitation, Membership, Organization, StaffOrganization
from apps.organizations.organization_scope import organizations_of
from apps.organizations.services import membership_update, organization_update

timeline_label(Organization, "{name}")
timeline_label(
    Membership,
    "{user} in {organization}",
    created="created as {role}",
    deleted="removed, was {role}",
)
timeline_label(Invitation, "{email} to {organization}", created="invited as {role}")
timeline_personal(Invitation, permission="accounts.view_personal_data")

timeline_includes(
    Organization,
    Membership,
    by="organization",
    subject="{user}",
    created="added {user} as {role}",
    deleted="removed {user} (was {role})",
)
timeline_includes(
    Organization,
    Invitation,
    by="organization",
    subject="the invitation of {email}",
    created="invited {email} as {role}",
    deleted="deleted the invitation of {email}",
)
timeline_includes(
    User,
    Membership,
    by="user",
    subject="the membership in {organization}",
    created="added to {organization} as {role}",
    deleted="removed from {organization} (was {role})",
)

timeline_label(
    StaffOrganization,
    "{user}",
    created="added {organization} to what they can see",
    deleted="removed {organization} from what they can see",
    page="user",
)
timeline_includes(
    User,
    StaffOrganization,
    by="user",
    subject="{organization} in what they see",
    created="added {organization} to what they can see",
    deleted="removed {organization} from what they can see",
)
timeline_scope(StaffOrganization, organization=organizations_of, user=people_of)
timeline_reverts(Organization, by=organization_update)
timeline_reverts(Membership, by=membership_update)
timeline_never_reverts(Invitation, because="a sent invitation cannot be taken back")
