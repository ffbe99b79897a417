"""The permissions that lead to all others, and the roles that have them."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

# The kind of request for giving such a role.
GIVE_ROLES = "accounts.give_roles"
# The kind of request for giving a role a powerful permission.
EMPOWER_ROLE = "accounts.empower_role"
# A person with one of these can get every other permission, or give it to somebody else.
POWERS = ("accounts.set_roles", "accounts.decide_approvalrequest")


def powers() -> QuerySet[Permission]:
    condition = Q()
    for name in POWERS:
        app_label, _, codename = name.partition(".")
        condition |= Q(content_type__app_label=app_label, codename=codename)
    return Permission.objects.filter(condition)


def powerful(roles: list[Group]) -> list[Group]:
    """Return those of `roles` that can give roles or decide requests."""
    keys = set(
        Group.objects.filter(
            pk__in=[role.pk for role in roles], permissions__in=powers()
        ).values_list("pk", flat=True)
    )
    return [role for role in roles if role.pk in keys]
