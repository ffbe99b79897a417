"""The records that an admin list shows at an address, for an export or a bulk action, with or without a request.

Imported only where needed, because it loads the whole admin.
"""

import copy
from typing import Any

from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from apps.core.actors import PermissionHolder, holds
from apps.core.discovery import full_site
from apps.core.errors import AddressRefused, DomainError
from apps.core.personal import PERSONAL_DATA, Reader, reading


def list_queryset(model_admin: ModelAdmin, request: HttpRequest) -> QuerySet[Any]:
    """Return the records of the list at this address, all pages of it, without reading a page.

    Raises `AddressRefused` for an address that the list refuses, too.
    """
    # The ModelAdmin is shared between requests; this one is ours.
    pageless: Any = copy.copy(model_admin)
    stock = model_admin.get_changelist(request)
    pageless.get_changelist = lambda request, **kwargs: type(
        "PagelessList", (stock,), {"get_results": lambda self, request: None}
    )
    found: QuerySet[Any] = pageless.get_changelist_instance(request).get_queryset(request)
    return found


def listed_queryset(label: str, query: str, user: PermissionHolder | None) -> QuerySet[Any]:
    """Return the records that a list shows a user at an address, for a worker, which has no request.

    `label` is the model's ("organizations.Membership"), `query` the list's query string.
    """
    request = request_of(user, query=query)
    view = PERSONAL_DATA.get().view_permission
    with reading(Reader(lambda: holds(request.user, view))):
        try:
            return list_queryset(full_site()._registry[apps.get_model(label)], request)
        except AddressRefused as refusal:
            raise DomainError(f"{refusal.message} Open the list again.") from refusal


def request_of(user: PermissionHolder | None, *, query: str = "") -> HttpRequest:
    """Return a request as this user would make it, for code that needs one outside of a browser."""
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(query)
    request.user = user or AnonymousUser()  # type: ignore[assignment]  # The user or the protocol of one.
    return request
