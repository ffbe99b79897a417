"""Unfold's conditional fields, as its documentation has them, under the strict policy."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.core.discovery import full_site
from apps.organizations.models import Organization
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory


def test_a_field_is_shown_while_its_condition_holds(
    page_as: Callable[..., Page], roles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = full_site()._registry[Organization]
    monkeypatch.setattr(
        type(admin),
        "conditional_fields",
        {"external_id": "status == 'closed'", "slug": "owner"},
        raising=False,
    )
    harbor = OrganizationFactory(status="active")
    owner = MembershipFactory(organization=harbor, role="owner").user
    page = page_as(SuperuserFactory())
    page.goto(reverse("admin:organizations_organization_change", args=[harbor.pk]))

    expect(page.locator("#id_external_id")).to_be_hidden()
    page.locator("#id_status").select_option("closed")
    expect(page.locator("#id_external_id")).to_be_visible()

    # A searched relation, whose choice comes from Select2 and not from the browser.
    expect(page.locator("#id_slug")).to_be_hidden()
    page.evaluate(
        "key => { const $ = django.jQuery; $('#id_owner').append(new Option('Ada', key, true, true))"
        ".trigger('change') }",
        str(owner.pk),
    )
    expect(page.locator("#id_slug")).to_be_visible()
