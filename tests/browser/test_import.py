"""The support agent brings a customer's roster in: a real browser, server and worker."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.transfers.models import ImportRun
from tests.browser.layout import EVERY_LOOK, overflow, shades
from tests.factories.organizations import OrganizationFactory

HEADER = "Committee,Position,First,Last,E-mail,Office phone,Party\n"
WORDS = ("chair", "vice chair", "member", "member", "grand marshal")


def roster(rows: int) -> str:
    """An invented roster in the shape of the real ones: own headers, own words, some without e-mail."""
    lines = [
        "Harbor "
        f"Finance,{WORDS[n % 5]},First{n},Last{n},{'' if n % 20 == 7 else f'p{n}@example.org'},919-555-{n:04},\n"
        for n in range(rows)
    ]
    return HEADER + "".join(lines)


@pytest.fixture(scope="module")
def worker(django_db_setup: None) -> Iterator[None]:
    """A Celery worker as a process of its own, at work on the tests' database and messages."""
    code = (
        "import sys, django\n"
        "from django.conf import settings\n"
        "settings.DATABASES['default']['NAME'] = sys.argv[1]\n"
        "django.setup()\n"
        "from config.celery import app\n"
        "app.worker_main(['worker', '--pool=threads', '--concurrency=2', '--loglevel=warning',"
        " '--without-mingle', '--without-gossip', '--without-heartbeat'])\n"
    )
    log = Path(settings.TEST_DIR) / "worker.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(connection.settings_dict["NAME"])],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        yield
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def agent(staff_with_role: Callable[[str], User]) -> User:
    return staff_with_role("Support")


@pytest.fixture
def harbor(transactional_db: None) -> Organization:
    return OrganizationFactory(name="Harbor Finance", slug="harbor-finance")


def shoot(page: Page, folder: Path, name: str, width: str) -> None:
    for shade in shades(page):
        assert overflow(page) <= 0, (name, shade)
        page.screenshot(path=folder / f"import-{name}-{width}-{shade}.png", full_page=True)


@EVERY_LOOK
def test_a_roster_goes_in_from_upload_to_result(
    width: str,
    dark: bool,
    page_as: Callable[..., Page],
    agent: User,
    harbor: Organization,
    worker: None,
    screenshots: Path,
    tmp_path: Path,
) -> None:
    file = tmp_path / "spring roster.csv"
    file.write_text(roster(120))
    page = page_as(agent, width=width, dark=dark)

    page.goto("/admin/transfers/importrun/new/")
    shoot(page, screenshots, "1-new", width)
    page.get_by_text("One membership per row").click()
    page.locator("input[type=file]").set_input_files(file)

    expect(page.get_by_text("120 rows")).to_be_visible(timeout=60_000)
    shoot(page, screenshots, "2-file", width)
    page.get_by_role("link", name="Continue to columns").click()

    # A word that nobody knows is open until somebody says what it means.
    word = page.get_by_label("Meaning of grand marshal")
    expect(word).to_have_value("")
    expect(page.get_by_label("Meaning of vice chair")).to_have_value("admin")
    word.select_option("viewer")
    shoot(page, screenshots, "3-columns", width)
    page.get_by_role("button", name="Check 120 rows").click()

    expect(page.get_by_role("button", name="Apply 114 rows")).to_be_visible(timeout=60_000)
    shoot(page, screenshots, "4-check", width)
    page.get_by_role("link", name="6 refused").click()
    expect(page.get_by_text("E-mail is missing").first).to_be_visible()
    shoot(page, screenshots, "4-check-refused", width)
    page.get_by_label("Reason").fill("The spring roster of Harbor Finance")
    page.get_by_role("button", name="Apply 114 rows").click()

    expect(page.get_by_text("114 rows applied")).to_be_visible(timeout=60_000)
    shoot(page, screenshots, "5-result", width)

    run = ImportRun.objects.get()
    assert run.state == ImportRun.State.APPLIED
    assert run.reason == "The spring roster of Harbor Finance"
    assert Membership.objects.get(user__email="p0@example.org").role == "owner"
    assert Membership.objects.get(user__email="p4@example.org").role == "viewer"

    page.get_by_role("link", name=f"Run {run.pk}").click()
    page.wait_for_url(f"**/importrun/{run.pk}/change/")
    shoot(page, screenshots, "6-run", width)
    page.get_by_role("link", name="Mapping", exact=True).click()
    page.wait_for_url("**?tab=mapping")
    shoot(page, screenshots, "6-run-mapping", width)
    page.get_by_role("link", name="Undo", exact=True).last.click()
    expect(page.get_by_text("114 memberships created by the import are removed")).to_be_visible()
    shoot(page, screenshots, "7-undo", width)
    page.get_by_label("Reason").fill("The wrong roster")
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("114 memberships created by the import were removed")).to_be_visible(
        timeout=60_000
    )
    assert not Membership.objects.filter(user__email="p0@example.org").exists()
    shoot(page, screenshots, "8-undone", width)


def test_the_keyboard_alone_is_enough(
    page_as: Callable[..., Page],
    agent: User,
    harbor: Organization,
    worker: None,
    tmp_path: Path,
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(roster(4))
    page = page_as(agent)
    page.goto("/admin/transfers/importrun/new/")
    reach(page, "input[name=dataset]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=dataset][value=members]")).to_be_checked()
    reach(page, "input[type=file]")
    page.locator("input[type=file]").set_input_files(file)

    expect(page.get_by_text("4 rows")).to_be_visible(timeout=60_000)
    reach(page, "a.qd-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/columns/")
    reach(page, "button.qd-primary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Apply 4 rows")).to_be_visible(timeout=60_000)
    reach(page, "input[name=reason]")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 rows applied")).to_be_visible(timeout=60_000)


def reach(page: Page, selector: str) -> None:
    """Press the tab key until the element has the focus, as somebody without a mouse does."""
    for _ in range(120):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by the tab key.")
