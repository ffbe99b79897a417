"""A model with a trash gets everything of it from the base classes."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.accounts.approvable.registry import ACTIONS
from apps.core.admin.trash.pages import ToTrash, TrashAdmin
from apps.core.checks import trash as trash_checks
from apps.core.discovery import full_site
from apps.core.trash.proxies import models_with_trash, trash_proxy_of
from apps.core.trash.services import trash_action
from tests.factories.accounts import SuperuserFactory, sudo_client
from tests.structure.samples import sample

MODELS = models_with_trash()
by_label = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


@by_label
@pytest.mark.django_db
def test_its_permissions_and_its_approvals_come_with_it(model: Any) -> None:
    opts = model._meta

    names = Permission.objects.filter(content_type__app_label=opts.app_label)
    codenames = {*names.values_list("codename", flat=True)}

    assert {f"restore_{opts.model_name}", f"purge_{opts.model_name}"} <= codenames
    for verb in ("trash", "purge"):
        assert ACTIONS.get(trash_action(verb, model)) is not None


@by_label
@pytest.mark.django_db
def test_a_record_goes_to_the_trash_comes_back_and_goes_for_good(model: Any) -> None:
    record = sample(model)
    trash = trash_proxy_of(model)._meta
    living = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    dead = f"admin:{trash.app_label}_{trash.model_name}"
    client = sudo_client(SuperuserFactory())

    def press(name: str, **answers: str) -> None:
        url = reverse(name, args=[record.pk])
        answer = client.post(url, {"reason": "Entered twice.", **answers})
        assert answer.status_code == 302, answer.content.decode()[-2000:]

    press(f"{living}_move_to_trash")
    assert model.all_objects.get(pk=record.pk).is_deleted
    press(f"{dead}_restore")
    assert not model.all_objects.get(pk=record.pk).is_deleted
    press(f"{living}_move_to_trash")
    press(f"{dead}_purge", typed=str(record))
    assert not model.all_objects.filter(pk=record.pk).exists()


@by_label
def test_it_is_checked_that_its_trash_has_pages(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry: dict[Any, Any] = full_site()._registry
    assert isinstance(registry[model], ToTrash)
    assert isinstance(registry[trash_proxy_of(model)], TrashAdmin)

    monkeypatch.delitem(registry, trash_proxy_of(model))
    (error,) = trash_checks.check_trash_has_admins(None)
    assert "no button “Restore”" in error.msg

    monkeypatch.setattr(trash_checks, "has_trash_proxy", lambda asked: asked is not model)
    (error,) = trash_checks.check_trash_has_pages(None)
    assert f"Trashed{model.__name__} = trash_proxy({model.__name__})" in (error.hint or "")
