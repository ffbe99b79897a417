"""Service accounts and their keys: made, replaced, and revoked."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.authority import actor_lock
from apps.accounts.models import User
from apps.api.grants import grantable
from apps.api.keys import HINT_LENGTH, digest, new_key
from apps.api.models import ServiceAccount, ServiceActor
from apps.core.actors import Actor, acting_as, holds, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.organizations.models import Organization

LONGEST_DAYS = 366
LONGEST_OVERLAP_HOURS = 7 * 24


def service_account_create(
    *,
    name: str,
    description: str = "",
    permissions: Iterable[Permission],
    organizations: Iterable[Organization] = (),
    actor: Actor,
    reason: str = "",
) -> ServiceAccount:
    """Create an account without a key, which acts for `actor` with these permissions."""
    require(actor, "api.add_serviceaccount")
    with acting_as(actor=actor, reason=reason), refusals_in_words():
        maker = _maker(actor)
        wanted = {permission.pk for permission in permissions}
        known = Permission.objects.filter(grantable(), pk__in=wanted).select_related("content_type")
        names = {f"{each.content_type.app_label}.{each.codename}" for each in known}
        if not wanted or len(names) != len(wanted):
            raise DomainError("Choose one or more of the offered permissions.")
        if missing := sorted(each for each in names if not holds(maker, each)):
            raise DomainError(f"You don't have the permission {missing[0]} yourself.")
        chosen = {organization.pk for organization in organizations}
        seen = Organization.objects.for_actor(maker).filter(pk__in=chosen)
        if seen.count() != len(chosen):
            raise DomainError("An organization no longer exists, or is outside your scope.")
        account = ServiceAccount(
            name=name.strip(),
            description=description,
            is_limited=bool(chosen),
            created_by=maker,
        )
        validated(account)
        account.save(force_insert=True)
        account.permissions.set(wanted)
        account.organizations.set(seen)
        return account


def key_make(
    *, account: ServiceAccount, days: int, overlap_hours: int = 0, actor: Actor, reason: str = ""
) -> str:
    """Give an account a new key and return it: nobody can read it again.

    The key before it is valid for `overlap_hours` more, at most until it expires. Only the person who
    the account acts for may do this, because who has the key has a part of their rights.
    """
    require(actor, "api.add_serviceaccount")
    if not 1 <= days <= LONGEST_DAYS:
        raise DomainError(f"A key is valid for 1 to {LONGEST_DAYS} days.")
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise DomainError(f"The old key can stay valid for at most {LONGEST_OVERLAP_HOURS} hours.")
    with acting_as(actor=actor, reason=reason):
        maker = _maker(actor)
        locked = _locked(account, maker)
        if locked.created_by_id != maker.pk:
            raise DomainError(
                f"{locked} acts for {locked.created_by}, who alone can make a key for it."
            )
        now, key = timezone.now(), new_key()
        locked.previous_digest = locked.previous_expires_at = None
        if overlap_hours and locked.state == "active":
            locked.previous_digest = locked.key_digest
            ends = now + timedelta(hours=overlap_hours)
            locked.previous_expires_at = min(ends, locked.key_expires_at or ends)
        locked.key_digest, locked.key_hint = digest(key), key[:HINT_LENGTH]
        locked.key_expires_at, locked.revoked_at = now + timedelta(days=days), None
        locked.save()
        return key


def key_revoke(*, account: ServiceAccount, actor: Actor, reason: str) -> ServiceAccount:
    """End every key of an account at once, whatever person it acts for."""
    require(actor, "api.revoke_key")
    with acting_as(actor=actor, reason=reason):
        locked = _locked(account, actor)
        if locked.key_digest is None:
            raise DomainError(f"{locked} has no key.")
        locked.key_digest = locked.previous_digest = None
        locked.key_expires_at = locked.previous_expires_at = None
        locked.revoked_at = Now()
        locked.save()
        locked.refresh_from_db()
        return locked


def _maker(actor: Actor) -> User:
    """Return the person as they are now; a program, a task, or a command makes no keys."""
    if not isinstance(actor, User) or isinstance(actor, ServiceActor):
        raise DomainError("Only a person can make a service account or its key.")
    maker = actor_lock(actor)
    require(maker, "api.add_serviceaccount")
    assert isinstance(maker, User)  # noqa: S101  For the type checker: a person stays one.
    return maker


def _locked(account: ServiceAccount, actor: Actor) -> ServiceAccount:
    rows = ServiceAccount.objects.for_actor(actor).select_for_update(no_key=True)
    found: ServiceAccount | None = rows.filter(pk=account.pk).first()
    if found is None:
        raise DomainError("This service account no longer exists, or is outside your scope.")
    return found
