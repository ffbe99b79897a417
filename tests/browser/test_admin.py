"""What only a browser can show: menus by keyboard, a bulk action, the copy button, times."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.organizations.models import Organization
from tests.factories.organizations import OrganizationFactory


@pytest.fixture
def staff(staff_with_role: Callable[[str], User]) -> User:
    return staff_with_role("Staff")


def test_organizations_go_to_the_trash_from_the_list(
    page_as: Callable[..., Page], staff: User
) -> None:
    for number in range(3):
        OrganizationFactory(name=f"Double {number}")
    page = page_as(staff)
    page.goto(reverse("admin:organizations_organization_changelist"))

    page.locator("input.action-toggle").check()
    page.select_option("select[name=action]", label="Move to trash")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Move to trash: 3 organizations")).to_be_visible()
    page.fill("textarea[name=reason]", "Imported twice.")
    page.get_by_role("button", name="Move to trash").click()

    expect(page.get_by_text("3 organizations moved to the trash.")).to_be_visible()
    assert Organization.objects.count() == 0


def test_the_row_menu_and_the_user_menu_open_by_keyboard(
    page_as: Callable[..., Page], staff: User
) -> None:
    OrganizationFactory(name="Harbor Committee")
    page = page_as(staff)
    page.goto(reverse("admin:organizations_organization_changelist"))

    menu = page.get_by_role("button", name="Actions")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Move to trash")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Move to trash")).to_be_hidden()

    page.locator("button.qd-user-menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_an_exact_time_is_told_in_the_readers_zone(
    page_as: Callable[..., Page], staff: User
) -> None:
    OrganizationFactory()
    page = page_as(staff)
    page.goto(reverse("admin:organizations_organization_changelist"))

    zone = page.evaluate(
        "new Date().toLocaleString(undefined, {timeZoneName: 'short'}).split(' ').pop()"
    )

    title = page.locator("#result_list time").first.get_attribute("title")
    assert title is not None
    assert zone in title


def test_a_person_is_found_and_given_a_membership(
    page_as: Callable[..., Page], staff: User
) -> None:
    organization = OrganizationFactory(name="Harbor Committee")
    page = page_as(staff)
    page.goto(reverse("admin:organizations_membership_add"))

    page.locator("#select2-id_organization-container").click()
    page.locator("input.select2-search__field").fill("harb")
    page.get_by_role("option", name="Harbor Committee").click()
    page.locator("#select2-id_user-container").click()
    page.locator("input.select2-search__field").fill("staff@")
    page.locator("li.select2-results__option").first.click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert organization.memberships.get().user == staff
