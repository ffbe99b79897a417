"""Who calls: the key in the `Authorization` header, and nothing else. No cookie and no session."""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Now
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import User
from apps.api.keys import PREFIX, digest
from apps.api.models import ServiceAccount, ServiceActor
from apps.core.scope import sees_everything
from apps.organizations.organization_scope import organizations_of

# One answer for every reason: a stranger learns nothing about keys.
REFUSED = "This key is unknown, has expired, or was revoked."
LONGEST_KEY = 100


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[ServiceActor, ServiceAccount] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "bearer" or not key.startswith(PREFIX) or len(key) > LONGEST_KEY:
            raise AuthenticationFailed(REFUSED)
        account = account_of_key(key)
        if account is None:
            raise AuthenticationFailed(REFUSED)
        return actor_for(account), account

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def account_of_key(key: str) -> ServiceAccount | None:
    """Return the account of a valid key, with `granted`: what both it and its maker may do now.

    One statement reads the key and the rights, so that nothing changes in between.
    """
    wanted = digest(key)
    valid = Q(key_digest=wanted, key_expires_at__gt=Now()) | Q(
        previous_digest=wanted, previous_expires_at__gt=Now()
    )
    maker = User.objects.filter(
        pk=OuterRef(OuterRef("created_by")), is_superuser=True, is_active=True
    )
    granted = (
        Permission.objects.filter(service_accounts=OuterRef("pk"))
        .filter(
            Q(group__user=OuterRef("created_by"))
            | Q(user=OuterRef("created_by"))
            | Q(Exists(maker.order_by()))
        )
        .order_by()
        .values_list(Concat("content_type__app_label", Value("."), "codename"))
        .distinct()
    )
    accounts = ServiceAccount.objects.select_related("created_by").filter(
        valid, created_by__is_active=True, created_by__is_staff=True
    )
    found: ServiceAccount | None = accounts.annotate(granted=ArraySubquery(granted)).first()
    return found


def actor_for(account: ServiceAccount) -> ServiceActor:
    """Return the maker of an account as an actor that may no more than the account."""
    maker = account.created_by
    names = [field.attname for field in User._meta.concrete_fields]
    actor = ServiceActor.from_db("default", names, [getattr(maker, name) for name in names])
    actor.account = account
    actor.granted = frozenset(account.granted)  # type: ignore[attr-defined]  # Annotated.
    actor.narrowed_to = _narrowed(account, maker)
    actor.is_limited = account.is_limited or not sees_everything(maker)
    actor.is_superuser = False
    return actor


def _narrowed(account: ServiceAccount, maker: User) -> Any:
    if not account.is_limited:
        return None
    chosen: Any = ServiceAccount.organizations.through._default_manager
    found = chosen.filter(serviceaccount=account.pk).order_by()
    if not sees_everything(maker):
        found = found.filter(organization__in=organizations_of(maker))
    return found.values("organization")
