"""What a new field needs beside its model, `manage.py check` says in a sentence."""

from typing import Any

import pytest
from django.db import models
from django.test import RequestFactory
from django.test.utils import isolate_apps

from apps.audit import checks as audit_checks
from apps.audit.timeline.registry import RevertRule, reversions
from apps.core.admin import form_fields
from apps.core.admin.base import BaseAdmin
from apps.core.admin.checks.forms import check_autocompletes, check_services
from apps.core.checks import defaults
from apps.core.discovery import full_site
from apps.core.models import BaseModel
from apps.organizations.admin.inlines import MembershipInline
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project
from apps.transfers.models import Upload
from tests.factories.accounts import SuperuserFactory
from tests.structure.samples import sample


def test_a_field_that_sql_cannot_leave_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with isolate_apps("apps.core"):

        class Room(BaseModel):
            plain = models.CharField(max_length=10, blank=True)
            number = models.IntegerField(default=3)
            is_open = models.BooleanField(default=False, db_default=False)
            note = models.TextField(blank=True, default="", db_default="")
            closed_at = models.DateTimeField(null=True, blank=True)
            name = models.CharField(max_length=10)

            class Meta:
                app_label = "core"

    monkeypatch.setattr(defaults, "_has_history", lambda model: model is Room)
    monkeypatch.setattr(defaults.apps, "get_models", lambda: [Room])

    found = [(error.msg, error.hint) for error in defaults.check_defaults(None)]

    assert found == [
        (
            "core.Room.plain may be left out in Python and not in SQL: an INSERT that does not name it fails.",
            'Add default="" and db_default="" to the field.',
        ),
        (
            "core.Room.number may be left out in Python and not in SQL: an INSERT that does not name it fails.",
            "Add db_default=3 to the field.",
        ),
    ]


def test_what_has_a_history_is_what_is_asked() -> None:
    assert defaults._has_history(Project)
    assert not defaults._has_history(Upload)
    assert defaults.check_defaults(None) == []


PLACES: list[Any] = [full_site()._registry[Membership], MembershipInline]


@pytest.mark.parametrize("place", PLACES, ids=["page", "inline"])
def test_a_field_that_the_service_does_not_take_is_named(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(check_services(place)) == []
    monkeypatch.setattr(form_fields, "_editable_fields", lambda model: {"role", "title"})
    monkeypatch.setattr(place, "fields", ["role", "title"])
    monkeypatch.setattr(place, "fieldsets", None)

    errors = list(check_services(place))

    assert [error.msg.partition(" has ")[2] for error in errors] == [
        "the field “title”, and membership_add() does not take it.",
        "the field “title”, and membership_update() does not take it.",
    ]
    assert "apps.organizations.services.memberships" in str(errors[0].hint)


@pytest.mark.parametrize("place", PLACES, ids=["page", "inline"])
def test_a_relation_that_would_be_listed_and_not_searched_is_named(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(check_autocompletes(place)) == []
    monkeypatch.setattr(place, "autocomplete_fields", ["organization"])

    (error,) = check_autocompletes(place)

    assert "every record that “user” may name" in error.msg
    assert 'Add "user" to ' in str(error.hint)


def test_a_field_that_a_revert_would_leave_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "audit.E006" not in [error.id for error in audit_checks.check_history_pages(None)]
    monkeypatch.setitem(reversions, Project, RevertRule(("name", "status")))

    (error,) = [e for e in audit_checks.check_history_pages(None) if e.id == "audit.E006"]

    assert (
        error.msg
        == "The form of projects.Project changes “description”, and a revert would leave it."
    )


def test_a_revert_brings_back_what_the_service_takes() -> None:
    assert reversions[Membership].fields == ("role",)
    assert reversions[Organization].fields == ("name", "slug", "external_id", "status", "owner")


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Membership, Organization, Project], ids=lambda m: m.__name__)
def test_a_new_record_is_asked_for_all_that_its_page_edits(model: Any, rf: RequestFactory) -> None:
    """One list of fields serves both pages: none can be forgotten on the first."""
    request = rf.get("/")
    request.user = SuperuserFactory()
    page: Any = full_site()._registry[model]
    assert isinstance(page, BaseAdmin)
    assert not page.add_fieldsets

    new = page.get_form(request, None).base_fields
    stored = page.get_form(request, sample(model), change=True).base_fields

    assert set(new) == set(stored) | set(page.fixed_fields)
