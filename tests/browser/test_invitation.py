"""Somebody without an account opens the link of a mail and joins."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.organizations.services import invitation_send
from tests.browser.conftest import WIDTHS
from tests.browser.layout import overflow
from tests.factories.organizations import InvitationFactory


@pytest.fixture(params=[("wide", "light"), ("narrow", "dark")], ids="-".join)
def visitor(request: Any, browser: Browser, live_server: Any) -> Iterator[Page]:
    """A browser that nobody is signed in with; errors on its console fail the test."""
    width, scheme = request.param
    context = browser.new_context(
        base_url=live_server.url, viewport=WIDTHS[width], color_scheme=scheme
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


def test_a_new_person_joins_from_the_mail(
    visitor: Page, request: pytest.FixtureRequest, screenshots: Path
) -> None:
    look = request.node.callspec.id
    invitation = InvitationFactory(
        email="zoe.of-the-very-long-address@quite-a-long-domain.example",
        role="admin",
        organization__name="Fjord & Fell Cycling Union",
        invited_by__first_name="Aoife",
        invited_by__last_name="O'Hara",
    )
    invitation_send(invitation_id=invitation.pk)
    (token,) = set(re.findall(r"/invitations/([\w-]+)/", str(mail.outbox[0].body)))

    visitor.goto(f"/invitations/{token}/")
    expect(visitor.get_by_role("heading")).to_contain_text("Aoife O'Hara invites you to")
    visitor.screenshot(path=screenshots / f"invitation-{look}.png", full_page=True)
    assert overflow(visitor) <= 0

    visitor.get_by_label("First name").fill("Zoë")
    visitor.get_by_label("Last name").fill("O'Hara")
    visitor.get_by_label("Password").fill("short")
    visitor.get_by_role("button", name="Accept the invitation").click()
    expect(visitor.get_by_text("too short")).to_be_visible()
    visitor.screenshot(path=screenshots / f"invitation-wrong-{look}.png", full_page=True)
    visitor.get_by_label("Password").fill("a long and quiet afternoon")
    visitor.get_by_role("button", name="Accept the invitation").click()

    expect(visitor.get_by_text("You have joined Fjord & Fell Cycling Union.")).to_be_visible()
    visitor.screenshot(path=screenshots / f"invitation-accepted-{look}.png", full_page=True)
    membership = User.objects.get(email=invitation.email).memberships.get()
    assert (membership.role, membership.organization) == ("admin", invitation.organization)

    visitor.goto(f"/invitations/{token}/")
    expect(visitor.get_by_text("This invitation has been accepted")).to_be_visible()
    visitor.screenshot(path=screenshots / f"invitation-over-{look}.png", full_page=True)
