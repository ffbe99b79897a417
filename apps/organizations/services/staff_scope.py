"""Sets what a staff user sees: everything, or some organizations."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from apps.accounts.authority import account_lock, power_obstacle
from apps.accounts.models import User
from apps.accounts.people_scope import covers, scope_in_words
from apps.audit.events import record_event
from apps.core.actors import Actor, PermissionHolder, acting_as, require
from apps.core.errors import DomainError
from apps.core.scope import is_limited as is_limited_actor
from apps.organizations import event_kinds
from apps.organizations.models import Organization, StaffOrganization

SET_SCOPE = "accounts.set_scope"


def user_set_scope(
    *,
    user: User,
    is_limited: bool,
    organizations: Iterable[Organization] = (),
    actor: Actor,
    reason: str = "",
) -> str:
    """Limit `user` to exactly these organizations, or let them see everything; return it in words.

    A limited user without an organization sees nothing. Limited staff decide only about
    their own scope: they give and take only their own organizations, widen nobody's scope beyond
    them, and cannot touch a colleague who sees more.
    """
    require(actor, SET_SCOPE)
    with acting_as(actor=actor, reason=reason):
        person, actor = account_lock(user=user, actor=actor)
        require(actor, SET_SCOPE)
        if isinstance(actor, User) and actor.pk == person.pk:
            raise DomainError("You can't change your own access. Ask a colleague.")
        if person.is_superuser:
            raise DomainError("Superusers see everything. Remove the superuser status first.")
        if isinstance(actor, User) and (obstacle := power_obstacle(actor=actor, person=person)):
            raise DomainError(obstacle)
        if is_limited_actor(actor):
            _refuse_to_widen(actor, person, is_limited)
        before = scope_in_words(person)
        wanted: set[UUID] = _known(organizations, actor) if is_limited else set()
        given, taken = _write(person, is_limited, wanted, actor)
        user.is_limited, user.narrowed_at = person.is_limited, person.narrowed_at
        now = scope_in_words(person)
        if given or taken or before != now:
            # Only numbers: the reader may not see every organization. The history names them.
            record_event(
                event_kinds.SCOPE_CHANGE,
                actor=actor,
                target=person,
                before=before,
                after=now,
                given=given,
                taken=taken,
            )
        return now


def _refuse_to_widen(actor: PermissionHolder, person: User, is_limited: bool) -> None:
    if not is_limited:
        raise DomainError("Your access is limited, so you can't give others full access.")
    if person.is_staff and not covers(actor, person):
        raise DomainError(f"{person} can see more than you. Ask a colleague with full access.")


def _known(organizations: Iterable[Organization], actor: Actor) -> set[UUID]:
    """Return the keys of the organizations, every one in the actor's own scope."""
    keys = {organization.pk for organization in organizations}
    seen = Organization.all_objects.for_actor(actor).filter(pk__in=keys)
    if seen.count() != len(keys):
        raise DomainError("One of these organizations no longer exists, or is outside your scope.")
    return keys


def _write(person: User, is_limited: bool, wanted: set[UUID], actor: Actor) -> tuple[int, int]:
    """Store the scope; return how many organizations were given and how many taken."""
    mine = StaffOrganization.all_objects.filter(user=person)
    if is_limited_actor(actor):
        # Organizations out of the actor's scope stay as they are, and are not mentioned.
        mine = mine.filter(organization__in=Organization.all_objects.for_actor(actor))
    held = set(mine.values_list("organization_id", flat=True))
    # What is in the trash is not offered, so it stays; a list of all organizations is none at all.
    dropped = mine.alive() if is_limited else mine
    taken, _ = dropped.exclude(organization__in=wanted).delete()
    given = StaffOrganization.objects.bulk_create(
        StaffOrganization(user=person, organization_id=key) for key in wanted - held
    )
    if taken or (is_limited and not person.is_limited):
        # Earlier runs and files may contain what they no longer see.
        person.narrowed_at = timezone.now()
    person.is_limited = is_limited
    person.save(update_fields=["is_limited", "narrowed_at"])
    return len(given), taken
