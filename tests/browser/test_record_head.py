"""The head of a record: its whole name at every width, the daily actions, and a menu of the others."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.core.discovery import full_site
from tests.browser.layout import overflow
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.structure.samples import has_sample, sample

pytestmark = pytest.mark.django_db(transaction=True)
OpenPage = Callable[..., Page]
WIDTHS = [1920, 1536, 1440, 1280, 768, 390]
LONG = "Maximiliane-Theodora von Hohenberg-Schillingsfürst zu Waldenburg"


def test_the_page_of_a_person_says_who_it_is_at_every_width_and_never_scrolls_sideways(
    page_as: OpenPage, roles: None
) -> None:
    person = UserFactory(first_name=LONG.split()[0], last_name=LONG.split(maxsplit=1)[1])
    page = page_as(SuperuserFactory())

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(reverse("admin:accounts_user_change", args=[person.pk]))
        title = page.get_by_role("heading", level=1)

        expect(title).to_have_text(LONG)
        box = title.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert page.evaluate("(h) => h.scrollWidth <= h.clientWidth", title.element_handle())
        assert overflow(page) <= 0, width


def test_three_actions_stand_beside_the_name_and_the_dangerous_ones_last_in_the_menu(
    page_as: OpenPage, roles: None
) -> None:
    page = page_as(SuperuserFactory())
    page.goto(reverse("admin:accounts_user_change", args=[UserFactory().pk]))
    actions = page.get_by_role("list", name="Actions")

    assert actions.locator("> li > a").count() == 3
    expect(page.get_by_role("link", name="Deactivate")).to_be_hidden()
    actions.locator("summary").press("Enter")
    expect(page.get_by_role("link", name="Deactivate")).to_be_visible()
    expect(actions.locator("details a").last).to_have_class("is-dangerous")
    page.get_by_role("link", name="Deactivate").press("Escape")
    expect(page.get_by_role("link", name="Deactivate")).to_be_hidden()
    expect(actions.locator("summary")).to_be_focused()


def test_no_page_of_a_record_has_a_red_button_or_scrolls_sideways(
    page_as: OpenPage, roles: None
) -> None:
    page = page_as(SuperuserFactory())
    faults = []
    for model in full_site()._registry:
        if not has_sample(model):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        page.goto(reverse(name, args=[sample(model).pk]))
        if page.locator("main .bg-red-600").count():
            faults.append(f"{model._meta.label}: a red button")
        if overflow(page) > 0:
            faults.append(f"{model._meta.label}: scrolls sideways")

    assert not faults, faults
