"""Creates, deactivates, and reactivates people, and sets their roles."""

from collections.abc import Callable, Iterable, Sequence

from django.contrib.auth.models import Group, Permission

from apps.accounts import event_kinds
from apps.accounts.approvals.guard import require_approval
from apps.accounts.authority import account_decide, roles_lock, scope_obstacle
from apps.accounts.deactivation import accounts_close
from apps.accounts.models import User
from apps.accounts.powers import GIVE_ROLES, powerful
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.port import Registry
from apps.core.scope import is_limited, refuse_limited

CHANGE = "accounts.change_user"
ANYWHERE = "People can belong to any organization."
# Each gets the person and the actor, and mentions only what the actor may see.
DEACTIVATION_WARNINGS = Registry[Callable[[User, Actor], Iterable[str]]](
    "deactivation warnings",
    "what to read before a person is deactivated",
    key=lambda warnings: f"{warnings.__module__}.{warnings.__qualname__}",
)


def user_create(
    *,
    email: str,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    is_verified: bool = False,
    actor: Actor,
    reason: str = "",
) -> User:
    """Create a person, who cannot sign in until they have set a password."""
    require(actor, "accounts.add_user")
    if is_limited(actor):
        # They could not see the new person, and could probe which addresses exist.
        raise DomainError(
            "Your access is limited to some organizations. Invite the person to one of "
            "them instead."
        )
    user = User(
        email=email,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        phone=phone.strip(),
        is_verified=is_verified,
    )
    user.set_password(password)
    validated(user)
    with acting_as(actor=actor, reason=reason), refusals_in_words():
        user.save(force_insert=True)
    return user


def user_deactivation_warnings(user: User, actor: Actor) -> list[str]:
    """Return what `actor` should read before deactivating `user`."""
    return [sentence for source in DEACTIVATION_WARNINGS for sentence in source(user, actor)]


def user_deactivate(*, user: User, actor: Actor, reason: str = "") -> list[str]:
    """Deactivate a person; return warnings, such as what they still own.

    They can no longer sign in, and their sessions are deleted. A session that is not in the list is
    still refused at its next request, because Django's backend loads only active users.
    """
    require(actor, CHANGE)
    refuse_limited(actor, ANYWHERE)
    with acting_as(actor=actor, reason=reason):
        locked, actor = account_decide(user=user, actor=actor, permissions=[CHANGE])
        refuse_limited(actor, ANYWHERE)
        if isinstance(actor, User) and locked.pk == actor.pk:
            raise DomainError("You can't deactivate your own account. Ask a colleague.")
        if locked.status == User.Status.DEACTIVATED:
            raise DomainError(f"{locked} is already deactivated.")
        accounts_close(User.objects.filter(pk=locked.pk), actor=actor, reason=reason)
        locked.refresh_from_db(fields=["status", "is_active"])
        return user_deactivation_warnings(locked, actor)


def user_reactivate(*, user: User, actor: Actor, reason: str = "") -> None:
    """Let a deactivated person sign in again, with the roles and memberships they kept."""
    require(actor, CHANGE)
    refuse_limited(actor, ANYWHERE)
    with acting_as(actor=actor, reason=reason):
        locked, actor = account_decide(user=user, actor=actor, permissions=[CHANGE])
        refuse_limited(actor, ANYWHERE)
        if locked.status == User.Status.ACTIVE:
            raise DomainError(f"{locked} is already active.")
        locked.status = User.Status.ACTIVE
        locked.save(update_fields=["status"])


def user_set_roles(
    *, user: User, roles: Sequence[Group], actor: Actor, reason: str = ""
) -> tuple[list[str], list[str]]:
    """Give `user` exactly these staff roles; return the names of the added and the removed ones.

    Only people with a role can sign in to the back office. People cannot change their own roles,
    and cannot give or remove a role with permissions that they lack.
    """
    require(actor, "accounts.set_roles")
    with acting_as(actor=actor, reason=reason):
        locked, actor = account_decide(user=user, actor=actor, permissions=["accounts.set_roles"])
        if isinstance(actor, User) and locked.pk == actor.pk:
            raise DomainError("You can't change your own roles. Ask a colleague.")
        # The decision is about the roles' current permissions, so they must not change now.
        before = set(locked.groups.values_list("pk", flat=True))
        known = roles_lock({*before, *(role.pk for role in roles)})
        held = {key: known[key] for key in before}
        wanted = {role.pk: known[role.pk] for role in roles if role.pk in known}
        if len(wanted) < len({role.pk for role in roles}):
            raise DomainError("One of these roles was deleted in the meantime. Choose again.")
        given = [group for key, group in wanted.items() if key not in held]
        taken = [group for key, group in held.items() if key not in wanted]
        _may_hand_out(actor, given + taken)
        # The first role makes a person staff, with the scope that is set for them.
        if wanted and (obstacle := scope_obstacle(actor=actor, person=locked)):
            raise DomainError(obstacle)
        if powerful(given):
            arguments = {"user": str(locked.pk), "roles": sorted(wanted)}
            require_approval(GIVE_ROLES, arguments, actor=actor)
        locked.groups.remove(*taken)
        locked.groups.add(*given)
        is_staff = bool(wanted) or locked.is_superuser
        if locked.is_staff != is_staff:
            locked.is_staff = is_staff
            locked.save(update_fields=["is_staff"])
        names = sorted(group.name for group in given), sorted(group.name for group in taken)
        if given or taken:
            record_event(
                event_kinds.ROLE_CHANGE, actor=actor, target=locked, given=names[0], taken=names[1]
            )
        return names


def _may_hand_out(actor: Actor, groups: list[Group]) -> None:
    if not isinstance(actor, User) or actor.is_superuser:
        return
    own = actor.get_all_permissions()
    permissions = Permission.objects.filter(group__in=groups).values_list(
        "group__name", "content_type__app_label", "codename"
    )
    for name, app_label, codename in permissions:
        if f"{app_label}.{codename}" not in own:
            raise DomainError(
                f"The role {name} has permissions that you don't have, so you can't give "
                "or remove it."
            )
