"""The records that an admin list shows at a URL, for its export, with or without a request.

Imported only where needed, because it loads the whole admin.
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
    """Return the records of the list at this URL, all pages of it.

    Raises `AddressRefused` for a URL that the list refuses, too.
    """
    queryset: QuerySet = model_admin.get_changelist_instance(request).get_queryset(request)
    return queryset


def listed_queryset(label: str, query: str, user: User | None) -> QuerySet:
    """Return the records that a list shows a user at a URL, for a worker, which has no request.

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
