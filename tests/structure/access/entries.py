"""Every entry of the project: the addresses that the resolver knows, and the actions of every list."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.test import RequestFactory
from django.urls import URLResolver, get_resolver

from apps.core.discovery import full_site

ACTION = "?action="


@dataclass(frozen=True)
class Entry:
    """`name` is the address's name without the admin's namespace, or its route where it has none."""

    name: str
    route: str
    namespace: str
    converters: dict[str, Any] = field(hash=False, compare=False)
    callback: Any = field(hash=False, compare=False)
    action: Any = field(default=None, hash=False, compare=False)

    @property
    def section(self) -> str:
        """Return the app whose entry it is, or "site"."""
        parts = self.route.removeprefix("admin/").split("/")
        labels = {model._meta.app_label for model in full_site()._registry}
        return parts[0] if self.route.startswith("admin/") and parts[0] in labels else "site"

    @property
    def url_name(self) -> str:
        return self.name.partition(ACTION)[0]


def entries() -> dict[str, Entry]:
    """Return every entry by its name; two routes of one name and one address are one entry."""
    found: dict[str, Entry] = {}
    for entry in [*_addresses(get_resolver().url_patterns), *_actions()]:
        found.setdefault(entry.name, entry)
    return found


def _addresses(
    patterns: list[Any],
    before: str = "",
    namespace: str = "",
    converters: dict[str, Any] | None = None,
) -> Iterator[Entry]:
    converters = converters or {}
    for entry in patterns:
        route = before + str(entry.pattern)
        known = {**converters, **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _addresses(entry.url_patterns, route, inner, known)
        else:
            yield Entry(entry.name or route, route, namespace, known, entry.callback)


def _actions() -> Iterator[Entry]:
    for model, model_admin in full_site()._registry.items():
        opts = model._meta
        changelist = f"{opts.app_label}_{opts.model_name}_changelist"
        route = f"admin/{opts.app_label}/{opts.model_name}/"
        for action in sorted(_action_names(model_admin)):
            function = getattr(type(model_admin), action, None)
            yield Entry(f"{changelist}{ACTION}{action}", route, "admin:", {}, None, function)


class _Everybody:
    """Stands for a user who may do everything, so that each list names all of its actions."""

    is_active = is_staff = is_superuser = True
    pk = None

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return True


def _action_names(model_admin: Any) -> set[str]:
    request = RequestFactory().get("/")
    request.user = _Everybody()
    return set(model_admin.get_actions(request))
