"""People, and who a key acts for."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.api.fields import PersonField, Readable, Revealed
from apps.api.parameters import one_of
from apps.api.views import ANY_KEY, Endpoint, ListEndpoint, RecordEndpoint
from apps.core.actors import require
from apps.core.fields import fold_email


class UserSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    email = Revealed()
    first_name = Readable()
    last_name = Readable()
    phone = Revealed()
    status = serializers.CharField(read_only=True)
    is_verified = serializers.BooleanField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class MeSerializer(serializers.Serializer):
    service_account = Readable(source="account.name")
    acts_for = PersonField()
    permissions = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_limited = serializers.BooleanField(read_only=True)
    key_expires_at = serializers.DateTimeField(source="account.key_expires_at", read_only=True)


class Me(Endpoint):
    """The account of the key, and what it may do now."""

    permission = ANY_KEY
    serializer = MeSerializer

    def get(self, request: Request) -> Response:
        actor = self.actor
        return self.serialized(
            {
                "account": actor.account,
                "acts_for": actor.account.created_by,
                "permissions": sorted(actor.granted),
                "is_limited": actor.is_limited,
            }
        )


class Users(ListEndpoint):
    permission = "accounts.view_user"
    serializer = UserSerializer
    filters = {"email": fold_email, "status": one_of(User.Status)}

    def rows(self) -> QuerySet[User]:
        return User.objects.for_staff(self.actor)

    def narrowed(self, rows: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
        if "email" in given:
            # A filter by what is masked would tell it.
            require(self.actor, "accounts.view_personal_data")
        return super().narrowed(rows, given)


class OneUser(RecordEndpoint):
    permission = "accounts.view_user"
    serializer = UserSerializer

    def rows(self) -> QuerySet[User]:
        return User.objects.for_staff(self.actor)
