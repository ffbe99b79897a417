"""The trail in a real browser: an auditor's question, a revert, and every page at both widths."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet
from apps.organizations.models import Membership, Role
from apps.organizations.services import membership_add, membership_update
from tests.browser.layout import EVERY_LOOK, overflow, shades
from tests.factories.accounts import UserFactory
from tests.factories.organizations import OwnerFactory

OpenPage = Callable[..., Page]
WithRole = Callable[[str], User]


@pytest.fixture
def membership(staff_with_role: WithRole) -> Membership:
    """Ada's membership in Acme, made an admin's by a colleague through the form."""
    boss = staff_with_role("Staff")
    acme = OwnerFactory(organization__name="Acme").organization
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    membership = membership_add(organization=acme, user=ada, role=Role.MEMBER, actor=boss)
    with audit_context(source="form", request_id="promotion"):
        return membership_update(
            membership=membership, role=Role.ADMIN, actor=boss, reason="Takes over the roster"
        )


def test_who_made_her_an_admin_when_and_why_takes_two_clicks(
    membership: Membership, page_as: OpenPage, staff_with_role: WithRole, screenshots: Path
) -> None:
    page = page_as(staff_with_role("Auditor"))
    page.goto(reverse("admin:accounts_user_change", args=[membership.user_id]))

    page.locator(f"a[href*='{membership.user_id}/history/']").click()

    entry = page.locator(".qd-group", has_text="from member to admin")
    expect(entry).to_contain_text("Staff")
    expect(entry).to_contain_text("“Takes over the roster”")
    expect(entry.locator("time")).to_have_attribute("datetime", re.compile(".+"))
    page.screenshot(path=screenshots / "timeline-of-a-person.png")
    entry.get_by_role("link", name="change set").click()
    expect(page.locator("#content")).to_contain_text("“Takes over the roster”")
    expect(page.locator("#content")).to_contain_text("promotion")


def test_a_record_goes_back_from_the_menu_of_its_entry(
    membership: Membership, page_as: OpenPage, staff_with_role: WithRole
) -> None:
    page = page_as(User.objects.get(email="staff@quarterdeck.example"))
    page.goto(reverse("admin:organizations_membership_history", args=[membership.pk]))

    page.get_by_label("More about this entry").last.click()
    page.get_by_role("link", name="Revert to this").click()
    expect(page.locator("#content")).to_contain_text("Admin")
    page.get_by_label("Reason").fill("Promoted too early")
    page.get_by_role("button", name="Revert to this").click()

    expect(page.locator(".qd-group").first).to_contain_text("changed role from admin to member")
    membership.refresh_from_db()
    assert membership.role == Role.MEMBER


@EVERY_LOOK
def test_no_page_of_the_trail_is_wider_than_the_screen(
    membership: Membership,
    page_as: OpenPage,
    staff_with_role: WithRole,
    screenshots: Path,
    width: str,
    dark: bool,
) -> None:
    page = page_as(staff_with_role("Administrator"), width=width, dark=dark)
    history = Membership.history.model.objects.filter(id=membership.pk).order_by("history_id")
    change_set = ChangeSet.objects.get(request_id="promotion")
    addresses = {
        "timeline": reverse(
            "admin:organizations_organization_history", args=[membership.organization_id]
        ),
        "log": reverse("admin:audit_changeset_changelist"),
        "change-set": reverse("admin:audit_changeset_change", args=[change_set.pk]),
        "revert": reverse(
            "admin:organizations_membership_revert", args=[membership.pk, history[0].history_id]
        ),
    }
    for name, address in addresses.items():
        page.goto(address)
        for shade in shades(page):
            page.screenshot(path=screenshots / f"trail-{name}-{width}-{shade}.png", full_page=True)
            assert overflow(page) <= 0, (name, width, shade)
