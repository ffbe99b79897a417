"""Nothing is left in Django's default look, and every relation is searched for, not listed."""

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteMixin, RelatedFieldWidgetWrapper
from django.test import Client, RequestFactory
from django.urls import reverse
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from apps.accounts.models import User
from apps.core.admin.base import BaseAdmin
from apps.core.discovery import full_site
from tests.structure.samples import sample

MODELS = sorted(full_site()._registry, key=lambda model: model._meta.label)
# (class, field) of enumerations in tables that are shorter than a search for them would be.
SELECTS_OF_FEW: set[tuple[str, str]] = set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_admin_is_of_the_house(model: Any) -> None:
    model_admin = full_site()._registry[model]

    assert isinstance(model_admin, ModelAdmin)
    assert isinstance(model_admin, BaseAdmin)
    for inline in model_admin.inlines:
        assert issubclass(inline, TabularInline | StackedInline), inline


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_relation_is_an_autocomplete(
    model: Any, staff: dict[str, User], rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = staff["superuser"]
    model_admin = full_site()._registry[model]
    record = sample(model)

    listed = []
    for obj in (None, record):
        if obj is None and not model_admin.has_add_permission(request):
            continue
        places = [(model_admin, model_admin.get_form(request, obj, change=obj is not None))]
        places += [
            (inline, formset.form)
            for formset, inline in model_admin.get_formsets_with_inlines(request, obj)
        ]
        for place, form in places:
            for name, field in form.base_fields.items():
                if isinstance(field, forms.ModelChoiceField) and not _is_searched(field):
                    listed.append((type(place).__name__, name))
    assert set(listed) - SELECTS_OF_FEW == set()


def _is_searched(field: forms.ModelChoiceField) -> bool:
    widget: Any = field.widget
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    return isinstance(widget, AutocompleteMixin) or widget.is_hidden


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_page_is_drawn_by_djangos_own_templates(model: Any, staff: dict[str, User]) -> None:
    record = sample(model)
    client = Client()
    client.force_login(staff["superuser"])
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    for page, arguments in (
        ("changelist", []),
        ("add", []),
        ("change", [record.pk]),
        ("history", [record.pk]),
        ("delete", [record.pk]),
    ):
        answer = client.get(reverse(f"{name}_{page}", args=arguments))
        _assert_themed(answer)


@pytest.mark.parametrize(
    "name", ["index", "login", "password_change", "password_change_done", "logout"]
)
def test_no_page_of_the_site_is_drawn_by_djangos_own_templates(
    name: str, staff: dict[str, User]
) -> None:
    client = Client()
    if name != "login":
        client.force_login(staff["superuser"])

    answer = (client.post if name == "logout" else client.get)(reverse(f"admin:{name}"))

    _assert_themed(answer)


def test_the_page_of_an_app_and_a_window_of_a_form_are_themed_too(staff: dict[str, User]) -> None:
    client = Client()
    client.force_login(staff["superuser"])

    for url in (
        reverse("admin:app_list", args=["organizations"]),
        reverse("admin:accounts_user_add") + "?_popup=1",
        reverse("admin:accounts_user_changelist") + "?_popup=1",
    ):
        _assert_themed(client.get(url))


def _assert_themed(answer: Any) -> None:
    """The page's frame is Unfold's or ours; Django's own may lend fragments such as a script tag."""
    if answer.status_code == 302:
        return
    body = answer.content.decode()
    assert "unfold/css/styles" in body
    assert "admin/css/base.css" not in body
    drawn_by_django = {
        template.name
        for template in answer.templates
        if template.origin and "django/contrib/admin/templates/admin/" in str(template.origin.name)
    }
    assert drawn_by_django <= {"admin/prepopulated_fields_js.html", "admin/search_form.html"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_an_empty_list_says_so(model: Any, staff: dict[str, User]) -> None:
    client = Client()
    client.force_login(staff["superuser"])
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    answer = client.get(url, {"q": "nothing-is-called-this"})

    assert answer.status_code == 200
    if "cl" in answer.context and not answer.context["cl"].result_list:
        assert "Nothing matches" in answer.content.decode()


def _our_templates() -> list[Path]:
    base = Path(settings.BASE_DIR)
    return [*base.glob("templates/**/*.html"), *base.glob("apps/*/templates/**/*.html")]


@pytest.mark.parametrize(
    "path", _our_templates(), ids=lambda path: str(path.relative_to(settings.BASE_DIR))
)
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    if "mail" in str(path) or path.parent.name == "email":
        pytest.skip("A mail has no style sheet to link to.")
    if path.name == "document.html":
        pytest.skip("A report that is downloaded as a file has none either.")
    text = path.read_text(encoding="utf-8")

    scripts = [
        tag
        for tag in re.findall(r"<script\b[^>]*>", text)
        if "src=" not in tag and "application/json" not in tag and "nonce=" not in tag
    ]
    styles = [tag for tag in re.findall(r"<style\b[^>]*>", text) if "nonce=" not in tag]
    assert scripts == []
    assert styles == []
    assert re.findall(r"<[^>]*\sstyle=\"", text) == []
    assert re.findall(r"<[^>]*\son[a-z]+=\"", text) == []
