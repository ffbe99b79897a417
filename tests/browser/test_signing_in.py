"""Passkeys and an authenticator app in a real browser, with Chromium's own virtual authenticator."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from tests.accounts.signing_in import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stranger(live_server: Any, browser: Browser) -> Iterator[Callable[[], Page]]:
    """Open a page of a browser that nobody has used; fails the test when it logs an error."""
    contexts, errors = [], []

    def open_page() -> Page:
        # A passkey belongs to a name, and an address is none.
        context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def administrator(staff_with_role: Callable[[str], User]) -> User:
    user = staff_with_role("Administrator")
    user.set_password(PASSWORD)
    user.save()
    return user


def _sign_in(page: Page, user: User) -> None:
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _shown(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_a_passkey_is_added_and_signs_in_by_itself(
    stranger: Callable[[], Page], administrator: User
) -> None:
    page = stranger()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    _sign_in(page, administrator)
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("They won't be shown again.")).to_be_visible()
    page.get_by_role("link", name="I saved these codes").click()
    expect(page.get_by_text("Laptop")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.goto("/admin/")
    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_url(re.compile(r"/admin/$"))


def test_an_app_is_set_up_asked_for_and_opens_sudo(
    stranger: Callable[[], Page], administrator: User, staff_with_role: Callable[[str], User]
) -> None:
    page = stranger()
    _sign_in(page, administrator)
    page.goto("/account/")
    page.get_by_role("link", name="Set up", exact=True).click()
    secret = page.locator("code").inner_text()
    page.get_by_label("Code").fill(_shown(secret))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="I saved these codes").click()
    page.get_by_role("button", name="Sign out").click()

    _sign_in(page, administrator)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_label("Code").fill(_shown(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()

    other = staff_with_role("Support")
    page.goto(f"/admin/accounts/user/{other.pk}/set-roles/")
    expect(page.get_by_text("set roles (Support")).to_be_visible()
    # A code works once: this is the one of the next half minute, which a slow clock would show.
    page.get_by_label("Code").fill(_shown(secret, 1))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Set roles", exact=True)).to_be_visible()


def test_recovery_codes_are_copied_downloaded_and_printed(
    stranger: Callable[[], Page], administrator: User
) -> None:
    page = stranger()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("window.print = () => { document.body.dataset.printed = 'yes'; };")
    _sign_in(page, administrator)
    page.goto("/account/")
    page.get_by_role("link", name="Set up", exact=True).click()
    page.get_by_label("Code").fill(_shown(page.locator("code").inner_text()))
    page.get_by_role("button", name="Set up").click()
    codes = page.locator("#recovery-codes li")
    expect(codes).to_have_count(10)
    text = "".join(f"{code}\n" for code in codes.all_inner_texts())

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.path().read_text() == text
    assert download.value.suggested_filename == "recovery-codes-localhost.txt"
    page.get_by_role("button", name="Print").click()
    expect(page.locator("body[data-printed=yes]")).to_be_visible()


def test_a_form_goes_on_by_itself_when_sudo_has_ended_meanwhile(
    stranger: Callable[[], Page], administrator: User, staff_with_role: Callable[[str], User]
) -> None:
    other = staff_with_role("Support")
    page = stranger()
    _sign_in(page, administrator)
    page.goto(f"/admin/accounts/user/{other.pk}/set-roles/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Analyst").check()
    page.get_by_label("Reason").fill("Reads the reports as well.")
    second = page.context.new_page()
    second.goto("/account/")
    second.get_by_role("button", name="End it now").click()
    expect(second.get_by_text("Sudo mode is off.")).to_be_visible()

    page.get_by_role("button", name="Set roles").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("given: Analyst")).to_be_visible()
    assert other.groups.filter(name="Analyst").exists()
