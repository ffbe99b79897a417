"""A live server, a real Chromium, and a page that is signed in as a role."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from apps.accounts.models import User
from tests import chromium
from tests.factories.accounts import StaffFactory, sudo_client

# Playwright's synchronous API runs an event loop in this thread, and Django would take the tests'
# own queries for ones made inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Two test processes, two servers and two browsers share two cores: five seconds are not enough.
expect.set_options(timeout=20_000)

# The browser tells a page alone what its policy refused; a refusal is an error of the page.
_TELL_REFUSALS = """document.addEventListener("securitypolicyviolation", (event) => console.error(
    `Content-Security-Policy: ${event.effectiveDirective} refused ${event.blockedURI || "inline"}: ` +
    `${event.sourceFile || document.location.pathname}:${event.lineNumber} ${event.sample}`
))"""

WIDTHS = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
    if ours and not chromium.is_required() and chromium.executable() is None:
        for item in ours:
            item.add_marker(pytest.mark.skip(reason=chromium.skip_reason(chromium.MISSING)))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium where it is installed, Playwright's own elsewhere."""
    system = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        started = playwright.chromium.launch(executable_path=system, args=_ARGUMENTS)
    except PlaywrightError as error:
        why = f"It does not start: {error.message.splitlines()[0]}"
        if system is None and not Path(playwright.chromium.executable_path).exists():
            why = chromium.MISSING
        if chromium.is_required():
            pytest.fail(why, pytrace=False)
        pytest.skip(chromium.skip_reason(why))
    yield started
    started.close()


@pytest.fixture
def roles(transactional_db: None) -> None:
    """The shipped roles; a test with a live server begins on emptied tables."""
    call_command("load_reference", verbosity=0)


@pytest.fixture
def staff_with_role(roles: None) -> Callable[[str], User]:
    def make(role: str) -> User:
        user = StaffFactory(email=f"{role.lower()}@quarterdeck.example", first_name=role)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def page_as(live_server: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page signed in as a user, with sudo on: `page_as(user, width="narrow", dark=True)`.

    Fails the test when the page logs an error to its console, unless the test watches it itself.
    With no user nobody is signed in.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        user: User | None, *, width: str = "wide", dark: bool = False, watched: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=WIDTHS[width],  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        if user is not None:
            client = sudo_client(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies(
                [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
            )
        context.add_init_script(_TELL_REFUSALS)
        page = context.new_page()
        if watched:
            return page
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                errors.append(f"{page.url}: {message.text}") if message.type == "error" else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder that screenshots go to."""
    folder = Path(settings.VAR_DIR) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
