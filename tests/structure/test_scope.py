"""Every list of the back office is held to the user's scope, or declared `unscoped` with a reason.

For each model that is held to it, an out-of-scope sample is made, and a limited user who may do
everything must not find it: not in the model's own `for_staff`, not in its admin's queryset, not in an
inline, not among what a relation's field offers.
"""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import RequestFactory

from apps.accounts.models import User
from apps.core.admin.base import BaseAdmin
from apps.core.discovery import full_site
from apps.core.querysets import declares_scope
from apps.core.scope import is_unscoped
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.structure.samples import sample


def shown() -> set[type[models.Model]]:
    """Every model that the back office lists: by an admin of its own, an inline, or a choice."""
    found: set[type[models.Model]] = set()
    for model, model_admin in full_site()._registry.items():
        found.add(model)
        found |= {inline.model for inline in model_admin.inlines}
        for each in (model, *(inline.model for inline in model_admin.inlines)):
            found |= {
                field.related_model
                for field in [*each._meta.fields, *each._meta.many_to_many]
                if field.is_relation and field.related_model in full_site()._registry
            }
    return found


HELD_MODELS = [model for model in full_site()._registry if not is_unscoped(model)]


@pytest.fixture
def limited(db: None) -> User:
    user = StaffFactory(is_limited=True)
    user.user_permissions.set(Permission.objects.all())
    return user


def request_of(user: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_every_model_that_is_shown_says_who_sees_it() -> None:
    """`manage.py check` says it of pages and inlines; this also holds for what a field offers."""
    silent = [
        model._meta.label
        for model in shown()
        if not is_unscoped(model) and not declares_scope(model)
    ]

    assert not silent, f"Give them scoped_by, or call unscoped(): {silent}."


def test_every_admin_and_inline_is_one_that_holds_to_the_scope() -> None:
    from apps.core.admin.scoped_admin import ScopedAdmin

    for model, model_admin in full_site()._registry.items():
        if not model.__module__.startswith(("apps.", "django.contrib.auth", "django_celery_beat")):
            continue
        assert isinstance(model_admin, BaseAdmin), model
        for inline in model_admin.inlines:
            assert issubclass(inline, ScopedAdmin), inline


@pytest.mark.parametrize("model", HELD_MODELS, ids=lambda model: model._meta.label)
def test_a_limited_user_finds_nothing_of_what_they_do_not_see(model: Any, limited: User) -> None:
    record = sample(model)
    request = request_of(limited)
    model_admin: Any = full_site()._registry[model]
    manager: Any = getattr(model._meta.concrete_model, "all_objects", model._default_manager)

    assert not manager.for_staff(limited).filter(pk=record.pk).exists()
    assert not model_admin.get_queryset(request).filter(pk=record.pk).exists()
    assert model_admin.get_queryset(request_of(SuperuserFactory())).filter(pk=record.pk).exists()


@pytest.mark.parametrize(
    "model_admin",
    [each for each in full_site()._registry.values() if isinstance(each, BaseAdmin)],
    ids=lambda each: each.model._meta.label,
)
def test_a_field_of_a_form_offers_nothing_of_what_they_do_not_see(
    model_admin: Any, limited: User
) -> None:
    request = request_of(limited)
    places = [model_admin, *(inline(inline.model, admin.site) for inline in model_admin.inlines)]

    for place in places:
        for field in [*place.model._meta.fields, *place.model._meta.many_to_many]:
            related = field.related_model if field.is_relation else None
            if related not in HELD_MODELS:
                continue
            offered: Any = place.formfield_for_dbfield(field, request)
            if offered is None:
                continue
            assert set(offered.queryset) <= {limited}, (place, field)


def test_a_service_that_is_handed_records_keeps_to_the_actors_scope() -> None:
    """What a caller selected is no proof of what the actor sees."""
    apps = Path(settings.BASE_DIR) / "apps"
    # What affects every organization is refused to people limited to some of them.
    in_scope = (
        "for_actor(actor)",
        "_in_scope(",
        "_locked(records, actor)",
        "records_restore(",
        "refuse_limited(actor,",
        # Subscriptions: their owner's, or of those who manage all of them.
        "_manageable(",
    )
    found = {}
    for path in (*apps.glob("*/*services.py"), *apps.glob("*/services/*.py")):
        for function in ast.parse(path.read_text()).body:
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
                continue
            handed = {
                ast.unparse(arg.annotation) for arg in function.args.kwonlyargs if arg.annotation
            }
            if any("QuerySet" in annotation for annotation in handed):
                body = ast.unparse(function)
                found[function.name] = any(way in body for way in in_scope)
    assert len(found) > 6
    assert [name for name, is_scoped in found.items() if not is_scoped] == []
