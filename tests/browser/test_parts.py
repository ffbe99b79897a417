"""The moving parts of Unfold, used and not only loaded, under the strict policy; many by keyboard alone."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.organizations.models import Organization
from tests.browser.watch import Watch
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory

LIST = reverse("admin:organizations_organization_changelist")


@pytest.fixture
def page(page_as: Callable[..., Page], roles: None) -> Iterator[Page]:
    """Signed in as an administrator; whatever the browser refuses or misses fails the test."""
    watched = Watch(page_as(SuperuserFactory(first_name="Ada"), watched=True))
    yield watched.page
    assert not watched.faults, "\n".join(watched.faults)


def is_dark(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.classList.contains('dark')"))


def test_theme_sidebar_and_shortcuts(page: Page) -> None:
    page.goto("/admin/")
    assert not is_dark(page)
    page.locator("button.qd-user-menu").press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    page.wait_for_function("document.documentElement.classList.contains('dark')")
    page.reload()
    page.wait_for_function("document.documentElement.classList.contains('dark')")

    sidebar = page.locator("#nav-sidebar")
    assert sidebar.bounding_box()["width"] == 288  # type: ignore[index]
    page.mouse.move(286, 400)
    page.mouse.down()
    page.mouse.move(340, 400)
    page.mouse.up()
    page.wait_for_function("document.getElementById('nav-sidebar').offsetWidth === 340")
    page.get_by_role("button", name="Show or hide the navigation").press("Enter")
    expect(sidebar).to_be_hidden()
    page.reload()
    expect(sidebar).to_be_hidden()
    page.get_by_role("button", name="Show or hide the navigation").press("Enter")
    page.wait_for_function("document.getElementById('nav-sidebar').offsetWidth === 340")

    page.keyboard.press("Shift+?")
    expect(page.get_by_text("Available shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Available shortcuts")).to_be_hidden()


def test_the_search_palette_finds_and_opens_by_keyboard_alone(page: Page) -> None:
    harbor = OrganizationFactory(name="Harbor Committee")
    page.goto("/admin/")

    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type("harbor")
    expect(page.locator("#command-results-list").get_by_text("Harbor Committee")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/{harbor.pk}/change/")


def test_a_list_is_filtered_selected_across_pages_and_acted_upon(page: Page) -> None:
    for number in range(105):
        OrganizationFactory(name=f"Double {number:03}")
    page.goto(LIST)

    page.locator("input.action-select").first.check()
    expect(page.locator("#changelist-actions")).to_have_attribute(
        "style", re.compile(r"width: \d+")
    )
    page.locator("#action-toggle").check()
    page.get_by_text("Select all 105 organizations").click()
    page.select_option("select[name=action]", label="Move to trash")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Move to trash: 105 organizations")).to_be_visible()

    page.goto(LIST)
    page.get_by_role("button", name="Filters").press("Enter")
    sheet = page.locator("#filter-form")
    expect(sheet).to_be_visible()
    sheet.locator("input[name=created_at_from], input[type=date]").first.fill("2020-01-01")
    sheet.get_by_role("button", name="Apply Filters").click()
    page.wait_for_url("**?**2020-01-01**")
    assert Organization.objects.count() == 105


def test_a_row_menu_opens_and_closes_by_keyboard(page: Page) -> None:
    OrganizationFactory(name="Harbor Committee")
    page.goto(LIST)

    page.get_by_role("button", name="Actions").first.press("Enter")
    page.get_by_role("link", name="Move to trash").last.press("Enter")

    expect(page.get_by_role("heading", name="Move to trash").last).to_be_visible()


def test_tabs_inlines_and_dates_of_a_form(page: Page) -> None:
    project = ProjectFactory(name="Winter dredging", status="active")
    TaskFactory(project=project, title="Sound the depth")
    page.goto(reverse("admin:projects_project_change", args=[project.pk]))

    page.get_by_label("Parts of this page").get_by_role("link", name=re.compile("^Tasks")).click()
    form = page.locator("#project_form")
    expect(form).to_have_attribute("action", re.compile("/change/#tasks$"))
    page.get_by_text("Add another Task").click()
    page.locator("#id_tasks-1-title").fill("Order the pump")
    due = page.locator("td.field-due_date", has=page.locator("#id_tasks-1-due_date"))
    due.locator(".datetimeshortcuts a").last.click()
    page.locator(".calendarbox:visible .calendar td a").first.click()
    expect(page.locator("#id_tasks-1-due_date")).not_to_have_value("")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert page.url.endswith("#tasks")
    assert project.tasks.filter(title="Order the pump", due_date__isnull=False).exists()
    page.locator(".delete-template, label:has(.delete)").first.click()
    expect(page.get_by_text("This item will be deleted.").first).to_be_visible()


def test_a_long_inline_turns_its_pages(page: Page) -> None:
    organization = OrganizationFactory(name="Harbor Committee")
    MembershipFactory.create_batch(30, organization=organization)
    page.goto(
        reverse("admin:organizations_organization_change", args=[organization.pk]) + "#memberships"
    )

    page.get_by_role("button", name="2", exact=True).press("Enter")

    expect(page.locator(".inline-pagination span.font-medium", has_text="2")).to_be_visible()
    page.get_by_role("button", name="1", exact=True).press("Enter")
    expect(page.locator(".inline-pagination span.font-medium", has_text="1")).to_be_visible()


def test_a_related_record_is_added_in_a_frame_of_the_form(page: Page) -> None:
    page.goto(reverse("admin:projects_project_add"))

    page.locator("[x-ref^=relatedWidgetWrapper]").first.press("Enter")
    page.get_by_role("link", name="Add another organization").click()
    frame = page.frame_locator("iframe.related-modal-frame")
    frame.get_by_label("Name").fill("Harbor Committee")
    frame.get_by_label("Slug").fill("harbor-committee")
    frame.get_by_role("button", name="Save").click()

    expect(page.locator("#select2-id_organization-container")).to_have_text(
        re.compile("Harbor Committee")
    )
    assert Organization.objects.filter(name="Harbor Committee").exists()


def test_many_are_chosen_in_the_search_field_of_a_form(page: Page) -> None:
    page.goto(reverse("admin:auth_group_add"))

    page.locator(".select2-search__field").first.click()
    page.keyboard.type("import")
    page.locator(
        "li.select2-results__option--highlighted, li.select2-results__option"
    ).first.click()

    expect(page.locator("li.select2-selection__choice")).to_have_count(1)


def test_the_report_draws_its_chart(page: Page) -> None:
    OrganizationFactory()
    page.goto(reverse("admin:reports_reportrun_report", args=["weekly"]))

    page.wait_for_function(
        "[...document.querySelectorAll('canvas')].some((canvas) => Chart.getChart(canvas)?.width > 0)"
    )
