"""A list's action that runs later for the requester, once a second person has approved it."""

from typing import Any

from django.apps import apps
from django.contrib.messages.storage.base import BaseStorage
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from apps.core.actors import PermissionHolder
from apps.core.admin.permissions import is_closed, may, permission_name
from apps.core.discovery import full_site
from apps.core.errors import DomainError, FullAccessNeeded, MissingPermission


class _DiscardedMessages(BaseStorage):
    """Discards messages, because the action runs without a browser. Its return value is kept."""

    def _get(self, *args: object, **kwargs: object) -> tuple[list[Any], bool]:
        return [], True

    def _store(
        self, messages: list[Any], response: HttpResponseBase, *args: object, **kwargs: object
    ) -> list[Any]:
        return []


def records_of(model: str, action: str, keys: list[str], user: PermissionHolder) -> QuerySet:
    """Return the records among `keys` that `user` sees in the list of that action."""
    model_admin, _ = _found(model, action)
    return model_admin.get_queryset(_request(user, {})).filter(pk__in=keys)


def needed_permission(model: str, action: str) -> str:
    model_admin, method = _found(model, action)
    return permission_name(model_admin, method.allowed_permissions[0])


def perform(
    model: str,
    action: str,
    keys: list[str],
    data: dict[str, list[str]],
    user: PermissionHolder,
    reason: str,
) -> str:
    """Run the action as `user`, with the posted form. The caller must hold a transaction."""
    model_admin, method = _found(model, action)
    request = _request(user, data)
    if not may(model_admin, request, method.allowed_permissions[0]):
        raise MissingPermission(needed_permission(model, action))
    if is_closed(model_admin, request, method):
        raise FullAccessNeeded
    records = model_admin.get_queryset(request).filter(pk__in=keys)
    options = method.confirmation
    form = options["form_class"](
        request.POST,
        request=request,
        queryset=records,
        reason=options["reason"],
        typed=options["typed"](records) if options["typed"] else "",
    )
    if not form.is_valid():
        problems = [str(problem) for problems in form.errors.values() for problem in problems]
        raise DomainError(" ".join(problems))
    # The reason includes the approver's name, and may be longer than the form allows.
    form.cleaned_data["reason"] = reason
    result = options["function"](model_admin, request, records, form)
    return "Done." if not result or isinstance(result, HttpResponseBase) else str(result)


def _found(model: str, action: str) -> tuple[Any, Any]:
    model_admin = full_site()._registry.get(apps.get_model(model))
    method = getattr(type(model_admin), action, None) if model_admin else None
    if not getattr(method, "is_confirmed", False):
        raise DomainError(f"The list of {model} no longer has the action “{action}”.")
    return model_admin, method


def _request(user: PermissionHolder, data: dict[str, list[str]]) -> HttpRequest:
    request = HttpRequest()
    request.method = "POST"
    request.user = user  # type: ignore[assignment]  # The user or the protocol of one.
    posted: Any = QueryDict(mutable=True)
    for name, values in data.items():
        posted.setlist(name, values)
    request.POST = posted
    request._messages = _DiscardedMessages(request)  # type: ignore[attr-defined]
    return request
