"""Delete means trash, by every way of Django's and on every page, for each model that has one."""

from typing import Any

import pytest
from django.db import models
from django.test import RequestFactory
from django.urls import reverse

from apps.core.discovery import full_site
from apps.core.errors import DomainError
from apps.core.trash.proxies import models_with_trash
from apps.core.trash.relations import belongs_to
from tests.factories.accounts import SuperuserFactory, sudo_client
from tests.structure.samples import sample

by_model = pytest.mark.parametrize("model", models_with_trash(), ids=lambda m: m._meta.label)


@by_model
@pytest.mark.django_db
def test_no_way_of_the_orm_deletes_it(model: Any) -> None:
    record = sample(model)
    ways = [
        record.delete,
        *(
            manager.all().delete
            for manager in (model.objects, model.all_objects, model._base_manager)
        ),
        model._default_manager.filter(pk=record.pk).order_by("pk").delete,
    ]
    for name, owner in belongs_to(model):
        related = model._meta.get_field(name).remote_field.get_accessor_name()
        above = owner._base_manager.get(pk=getattr(record, f"{name}_id"))
        ways += [getattr(above, related).all().delete, above.delete]
    for way in ways:
        with pytest.raises(DomainError, match="Move them to the trash"):
            way()
    assert model.objects.filter(pk=record.pk).exists()


@by_model
def test_no_deletion_of_something_else_takes_it_along(model: Any) -> None:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            on_delete = field.remote_field.on_delete
            is_kept = on_delete in (models.PROTECT, models.RESTRICT, models.SET_NULL)
            assert is_kept or field.related_model in models_with_trash(), field


@by_model
@pytest.mark.django_db
def test_every_page_moves_it_to_the_trash(model: Any) -> None:
    site, root = full_site(), SuperuserFactory()
    request = RequestFactory().get("/")
    request.user = root
    model_admin: Any = site._registry[model]
    assert not {"delete_selected", "delete_records"} & set(model_admin.get_actions(request))
    for other in site._registry.values():
        for inline in getattr(other, "inlines", ()):
            if issubclass(inline.model, model):
                shown: Any = inline(other.model, site)
                assert not shown.has_delete_permission(request, None), inline

    record, client = sample(model), sudo_client(root)
    url = reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[record.pk]
    )
    assert "Everything can be restored" in client.get(url).content.decode()
    assert client.post(url, {"reason": "Entered twice.", "post": "yes"}).status_code == 302
    assert model.all_objects.get(pk=record.pk).is_deleted


@pytest.mark.django_db
def test_what_has_no_trash_says_what_its_button_does() -> None:
    client = sudo_client(SuperuserFactory())
    for label, word in (
        ("organizations.membership", "Remove from organization"),
        ("projects.task", "Delete for good"),
    ):
        model = next(m for m in full_site()._registry if m._meta.label_lower == label)
        opts, record = model._meta, sample(model)
        page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
        assert word in client.get(page).content.decode()
        listed = client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
        assert word in listed.content.decode()
