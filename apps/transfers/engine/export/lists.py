"""What a list of the admin shows at an address, for its export: in a request, or in a worker without one.

Imported where it is asked for: with it comes the whole admin.
"""

from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from apps.accounts.models import User
from apps.core.actors import holds
from apps.core.discovery import full_site
from apps.core.errors import AddressRefused, DomainError
from apps.core.personal import Reader, reading


def list_queryset(model_admin: ModelAdmin, request: HttpRequest) -> QuerySet:
    """Return what the list at this address shows, all pages of it.

    Raises `AddressRefused` for an address that the list refuses too.
    """
    queryset: QuerySet = model_admin.get_changelist_instance(request).get_queryset(request)
    return queryset


def listed_queryset(label: str, query: str, user: User | None) -> QuerySet:
    """Return what a list shows a user at an address: for a worker, which has no request.

    `label` is the model's ("organizations.Membership"), `query` the list's query string.
    """
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(query)
    request.user = user or AnonymousUser()
    with reading(Reader(lambda: holds(request.user, "accounts.view_personal_data"))):
        try:
            return list_queryset(full_site()._registry[apps.get_model(label)], request)
        except AddressRefused as refusal:
            raise DomainError(f"{refusal.message} Export the list again.") from refusal
