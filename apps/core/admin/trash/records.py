"""Finds a record that its old address no longer shows: in the trash itself, or with its parent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.actors import PermissionHolder
from apps.core.admin.scoped_admin import in_scope
from apps.core.visibility import trash_paths, trashed_ancestor


@dataclass(frozen=True)
class InTrash:
    """The record that was requested, and the record in the trash: itself or a parent."""

    record: Model
    trashed: Model
    # The address of its page in the trash; "" for a viewer who may not open it.
    url: str

    @property
    def is_own(self) -> bool:
        return self.record == self.trashed

    @property
    def sentence(self) -> str:
        """Say where the record is and how to restore it."""
        noun = self.record._meta.verbose_name
        if self.is_own:
            return f"The {noun} “{self.trashed}” is in the trash. Restore it to open it here."
        return (
            f"This {noun} belongs to the {self.trashed._meta.verbose_name} "
            f"“{self.trashed}”, which is in the trash. Restore that to open it here."
        )


def find_in_trash(user: PermissionHolder, model: type[Model], key: object) -> InTrash | None:
    """Return where the record `key` of `model` is, if it is in the trash and `user` may see it."""
    concrete: Any = model._meta.concrete_model
    if not trash_paths(concrete) or not user.has_perm(_view(concrete)):
        return None
    try:
        record = in_scope(concrete.all_objects.all(), user).filter(pk=key).first()
    except (ValidationError, ValueError):
        return None
    if record is None:
        return None
    trashed = record if getattr(record, "is_deleted", False) else trashed_ancestor(record)
    return InTrash(record, trashed, trash_url(user, trashed)) if trashed is not None else None


def trash_url(user: PermissionHolder, record: Model) -> str:
    """Return the address of a record's page in the trash; "" for a viewer who may not open it."""
    return trash_urls(user, type(record), [record.pk]).get(str(record.pk), "")


def trash_urls(user: PermissionHolder, model: type[Model], keys: Iterable[Any]) -> dict[str, str]:
    """Return key → the address of the page in the trash, of those that `user` may open."""
    concrete: Any = model._meta.concrete_model
    proxy = next(
        (
            model
            for model, model_admin in admin.site._registry.items()
            if model is not concrete
            and model._meta.concrete_model is concrete
            and getattr(model_admin, "is_trash", False)
        ),
        None,
    )
    if proxy is None or not user.has_perm(_view(concrete)):
        return {}
    name = f"admin:{proxy._meta.app_label}_{proxy._meta.model_name}_change"
    seen = in_scope(concrete.all_objects.all(), user).filter(pk__in=list(keys))
    return {str(pk): reverse(name, args=[pk]) for pk in seen.values_list("pk", flat=True)}


def living_url(user: PermissionHolder, model: type[Model], key: object) -> str:
    """Return the address of a restored record's own page."""
    concrete: Any = model._meta.concrete_model
    if model is concrete or not trash_paths(concrete) or not user.has_perm(_view(concrete)):
        return ""
    try:
        is_there = in_scope(concrete.objects.all(), user).filter(pk=key).exists()
    except (ValidationError, ValueError):
        return ""
    opts = concrete._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    return reverse(name, args=[key]) if is_there else ""


def trash_link(user: PermissionHolder, record: Model) -> SafeString | str:
    """Show a record in the trash as a link to its page there, if `user` may open it."""
    url = trash_url(user, record)
    link = '<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>'
    return format_html(link, url, record) if url else str(record)


def _view(model: type[Model]) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"
