"""System checks of what a model and its page must say: who sees it, and what becomes of what is deleted."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core import checks
from django.db import models

from apps.core.models import SoftDeletableModel
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import is_unscoped


def check_scope(model_admin: ModelAdmin) -> Iterator[checks.CheckMessage]:
    """Find what a page lists and nobody said who sees it."""
    for model in (model_admin.model, *(inline.model for inline in model_admin.inlines)):
        for_staff = getattr(type(model._default_manager.all()), "for_staff", None)
        says = for_staff is not None and for_staff is not ScopedQuerySet.for_staff
        if not says and not is_unscoped(model):
            yield checks.Error(
                f"{model._meta.label} does not say which {model._meta.verbose_name_plural} a limited "
                "user sees, so they see none.",
                hint="Give its queryset `for_staff(user)`, or call `unscoped(model, because=…)` of "
                "apps.core.scope in the app's timeline.py.",
                obj=model,
                id="core.E030",
            )


def check_trash(model_admin: ModelAdmin) -> Iterator[checks.CheckMessage]:
    """Find a model with a trash that no page leads to, or out of."""
    model = model_admin.model
    if not issubclass(model, SoftDeletableModel) or model._meta.proxy:
        return
    if not getattr(model_admin, "moves_to_trash", False):
        yield checks.Error(
            f"{model._meta.label} has a trash, and its page does not move records there.",
            hint="Derive its ModelAdmin from ToTrash (apps/core/admin/trash.py), or the model from "
            "BaseModel if it should be deleted for good.",
            obj=type(model_admin),
            id="core.E031",
        )
    site: dict[type[models.Model], ModelAdmin[Any]] = model_admin.admin_site._registry
    if not any(
        other._meta.proxy
        and other._meta.concrete_model is model
        and getattr(page, "is_trash", False)
        for other, page in site.items()
    ):
        yield checks.Error(
            f"{model._meta.label} has a trash, and no page shows what is in it.",
            hint="Register a proxy of the model with a TrashAdmin (apps/core/admin/trash.py).",
            obj=type(model_admin),
            id="core.E032",
        )
