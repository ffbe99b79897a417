"""What a service account can be given: the permissions that endpoints ask for, and no others.

A key can never make keys, set roles, or sign in.
"""

from django.db.models import Q

GRANTS = (
    "accounts.view_user",
    "accounts.view_personal_data",
    "organizations.view_organization",
    "organizations.add_organization",
    "organizations.change_organization",
    "organizations.delete_organization",
    "organizations.restore_organization",
    "organizations.view_membership",
    "organizations.view_invitation",
    "organizations.add_invitation",
    "organizations.change_invitation",
    "projects.view_project",
    "projects.view_task",
)


def grantable() -> Q:
    """Return the condition for these permissions, for the choices of a form."""
    condition = Q()
    for name in GRANTS:
        app_label, _, codename = name.partition(".")
        condition |= Q(content_type__app_label=app_label, codename=codename)
    return condition
