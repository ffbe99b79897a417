"""What a limited staff user sees: the one place that knows their organizations.

The queryset of a model that belongs to an organization names `organizations_of` in its `scoped_by`.
It is a subquery: a list of keys would cost a statement, and would be stale if an organization is
removed from the scope in the meantime.
"""

import hashlib
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from apps.core.actors import PermissionHolder
from apps.core.scope import Scope

# A user who sees more organizations than this sees too many people to collect them for each page.
WIDE = 200


def organizations_of(user: PermissionHolder) -> QuerySet[Any]:
    """Return the keys of the organizations in a limited user's scope, including those in the trash.

    Managers hide the trash where needed; the trash and the history use all. The actor of a request of
    the API that is narrower than its maker has keys of its own.
    """
    narrowed: QuerySet[Any] | None = getattr(user, "narrowed_to", None)
    if narrowed is not None:
        return narrowed
    entries: Any = apps.get_model("organizations.StaffOrganization")
    found: QuerySet[Any] = (
        entries.all_objects.filter(user=user.pk).order_by().values("organization")
    )
    return found


def organizations_outside_the_trash_of(user: PermissionHolder) -> QuerySet[Any]:
    """Return the keys of the organizations that a limited user sees outside of the trash."""
    entries: Any = apps.get_model("organizations.StaffOrganization")
    found: QuerySet[Any] = entries.objects.filter(user=user.pk).order_by().values("organization")
    return found


def people_of_organizations(user: PermissionHolder) -> QuerySet[Any]:
    """Return the keys of the members of the limited user's organizations.

    A pending invitation makes nobody visible: otherwise inviting an address would reveal its
    person.
    """
    memberships: Any = apps.get_model("organizations.Membership")
    found: QuerySet[Any] = memberships.objects.filter(
        organization__in=organizations_of(user)
    ).values("user")
    return found


def _words(user: PermissionHolder) -> str:
    # A page that has already counted this stores the number here.
    number = getattr(user, "organizations_seen", None)
    if number is None:
        number = organizations_outside_the_trash_of(user).count()
    if not number:
        return "nothing"
    return f"{number:,} {'organization' if number == 1 else 'organizations'}"


def _covers(user: PermissionHolder, other: PermissionHolder) -> bool:
    return not organizations_of(other).exclude(organization__in=organizations_of(user)).exists()


def _key(user: PermissionHolder) -> str:
    keys = sorted(str(key) for (key,) in organizations_of(user).values_list("organization"))
    return hashlib.sha256(" ".join(keys).encode()).hexdigest()


def _is_wide(user: PermissionHolder) -> bool:
    return bool(organizations_of(user)[WIDE : WIDE + 1])


SCOPE = Scope(
    people=people_of_organizations, words=_words, covers=_covers, key=_key, is_wide=_is_wide
)
