"""Every list of the back office is held to the user's scope, or stands here with the reason why not.

For each model that is held to it, an out-of-scope sample is made, and a limited user who may do
everything must not find it: not in the model's own `for_staff`, not in its admin's queryset, not in an
inline, not among what a relation's field offers.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import RequestFactory

from apps.accounts.models import User
from apps.core.admin.base import BaseAdmin
from apps.core.discovery import full_site
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.structure.samples import sample

HELD = "held to the scope"

# model → HELD, or why everybody who may read it reads all of it.
MODELS: dict[str, str] = {
    "accounts.ApprovalRequest": HELD,
    "accounts.Disclosure": HELD,
    "accounts.User": HELD,
    "audit.ChangeSet": "its pages show the entries in scope; see tests/scope/test_trail.py",
    "auth.Group": "what a role may do; the people who hold it are counted in scope",
    "auth.Permission": "the names of what can be permitted",
    "django_celery_beat.ClockedSchedule": "a moment",
    "django_celery_beat.CrontabSchedule": "a rule of time",
    "django_celery_beat.IntervalSchedule": "a span of time",
    "django_celery_beat.PeriodicTask": "what runs when; its runs are held to the scope",
    "django_celery_beat.SolarSchedule": "a rule of time",
    "flags.Flag": "a name in the code; its targets are shown in scope, and it is not changed",
    "flags.Sample": "a name in the code",
    "flags.Switch": "a name in the code",
    "organizations.Invitation": HELD,
    "organizations.Membership": HELD,
    "organizations.Organization": HELD,
    "organizations.TrashedOrganization": HELD,
    "projects.Project": HELD,
    "projects.Task": HELD,
    "projects.TrashedProject": HELD,
    "reports.ReportDelivery": HELD,
    "reports.ReportRun": HELD,
    "reports.ReportSubscription": HELD,
    "schedules.TaskRun": HELD,
    "transfers.ExportRun": HELD,
    "transfers.ImportRun": HELD,
    "transfers.Upload": HELD,
}


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


HELD_MODELS = [model for model in full_site()._registry if MODELS.get(model._meta.label) == HELD]


@pytest.fixture
def limited(db: None) -> User:
    user = StaffFactory(is_limited=True)
    user.user_permissions.set(Permission.objects.all())
    return user


def request_of(user: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_every_model_that_is_shown_stands_in_the_table() -> None:
    labels = {model._meta.label for model in shown()}
    missing, stale = sorted(labels - MODELS.keys()), sorted(MODELS.keys() - labels)

    assert not missing, f"Say in MODELS whether these are held to the scope, or why not: {missing}."
    assert not stale, f"MODELS names what is shown no more: {stale}."


def test_every_admin_and_inline_is_one_that_holds_to_the_scope() -> None:
    from apps.core.admin.scope import ScopedAdmin

    for model, model_admin in full_site()._registry.items():
        if not model.__module__.startswith(("apps.", "django.contrib.auth", "django_celery_beat")):
            continue
        assert isinstance(model_admin, BaseAdmin), model
        for inline in model_admin.inlines:
            assert issubclass(inline, ScopedAdmin), inline


@pytest.mark.parametrize("model", HELD_MODELS, ids=lambda model: model._meta.label)
def test_a_limited_user_finds_nothing_of_what_they_does_not_see(model: Any, limited: User) -> None:
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
def test_a_field_of_a_form_offers_nothing_of_what_they_does_not_see(
    model_admin: Any, limited: User
) -> None:
    request = request_of(limited)
    places = [model_admin, *(inline(inline.model, admin.site) for inline in model_admin.inlines)]

    for place in places:
        for field in [*place.model._meta.fields, *place.model._meta.many_to_many]:
            related = field.related_model if field.is_relation else None
            if related is None or MODELS.get(related._meta.label) != HELD:
                continue
            offered: Any = place.formfield_for_dbfield(field, request)
            if offered is None:
                continue
            assert set(offered.queryset) <= {limited}, (place, field)
