"""System checks of a page's declarations: who sees the records, and how people get to the page."""

from collections.abc import Iterator

from django.contrib.admin import ModelAdmin
from django.core import checks
from django.utils.text import capfirst

from apps.core.checks.scope_hint import scope_hint
from apps.core.model_meta import concrete_model
from apps.core.querysets import declares_scope
from apps.core.scope import is_unscoped
from apps.core.wording import menu_title


def check_scope(model_admin: ModelAdmin) -> Iterator[checks.CheckMessage]:
    """Find models that a page lists and whose scope nobody declared."""
    for model in (model_admin.model, *(inline.model for inline in model_admin.inlines)):
        if not declares_scope(model) and not is_unscoped(model):
            yield checks.Error(
                f"{model._meta.label} does not say which {model._meta.verbose_name_plural} a limited "
                "user sees, so they see none.",
                hint=scope_hint(model),
                obj=model,
                id="core.E030",
            )


def check_menu(model_admin: ModelAdmin) -> Iterator[checks.CheckMessage]:
    """Find a list that no menu entry leads to."""
    opts = model_admin.opts
    if menu_title(model_admin.model) or getattr(model_admin, "not_in_menu", ""):
        return
    title = capfirst(opts.verbose_name_plural)
    if getattr(model_admin, "is_trash", False):
        title = f"{capfirst(concrete_model(model_admin.model)._meta.verbose_name_plural)}' trash"
    yield checks.Error(
        f"No entry of the menu leads to the list of {opts.label}.",
        hint=f'Add {{"title": "{title}", "icon": "…", "model": "{opts.label}"}} to NAVIGATION (config/unfold.py), '
        f"or say in {type(model_admin).__name__}.not_in_menu how people get there.",
        obj=type(model_admin),
        id="core.E042",
    )
