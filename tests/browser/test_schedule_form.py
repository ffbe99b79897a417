"""The form of a schedule with scripts: the arguments of a chosen task, and the next runs in the reader's time zone."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from django_celery_beat.models import PeriodicTask
from playwright.sync_api import Browser, Page, expect

from tests.factories.accounts import SuperuserFactory

ADD = "admin:django_celery_beat_periodictask_add"


@pytest.fixture
def form(page_as: Callable[..., Page], roles: None) -> Page:
    page = page_as(SuperuserFactory())
    page.goto(reverse(ADD))
    return page


def test_the_arguments_of_the_chosen_task_appear_and_keep_what_was_typed(form: Page) -> None:
    form.locator("#id_name").fill("Keep less")
    expect(form.get_by_text("Choose a task first.")).to_be_visible()

    form.locator("#id_task").select_option("apps.schedules.tasks.prune_task_runs")
    form.get_by_label("Days").fill("9")
    expect(form.locator("#id_name")).to_have_value("Keep less")

    form.locator("#id_task").select_option("apps.accounts.tasks.end_impersonations")
    expect(form.get_by_text("This task takes no arguments.")).to_be_visible()
    expect(form.get_by_label("Days")).to_have_count(0)

    form.locator("#id_task").select_option("apps.schedules.tasks.prune_task_runs")
    expect(form.get_by_label("Days")).to_have_value("30")
    form.get_by_label("Days").fill("9")
    form.locator("#id_when").fill("daily at 03:40")
    form.get_by_role("button", name="Save", exact=True).click()
    form.wait_for_url("**/periodictask/")
    assert PeriodicTask.objects.get(name="Keep less").kwargs == '{"days": 9, "runs": 3000}'


@pytest.fixture
def in_zone(browser: Browser, form: Page) -> Iterator[Callable[[str], Page]]:
    opened = []

    def page_in(zone: str) -> Page:
        url = form.evaluate("location.href")
        context = browser.new_context(storage_state=form.context.storage_state(), timezone_id=zone)
        opened.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield page_in
    for context in opened:
        context.close()


def test_the_next_runs_are_in_the_zone_of_the_reader(in_zone: Callable[[str], Page]) -> None:
    """01:00 UTC on the first of each month: seen from New York it is the evening before."""
    page = in_zone("America/New_York")
    page.locator("#id_when").fill("cron: 0 1 1 * * UTC")
    runs = page.locator("#next-runs li")
    expect(runs).to_have_count(5)
    expect(runs.first.locator("time")).to_have_text(re.compile(r"(20:00:00 EST|21:00:00 EDT)$"))
    expect(runs.first).to_contain_text("(01:00 UTC)")

    page.locator("#id_when").fill("cron: 0 12 1 1,7 *")
    mark = page.locator("#next-runs [data-clock-change]")
    for way in ("forward", "back"):
        words = f"Your clock goes {way} by 60 min before this run."
        expect(mark.filter(has_text=words).first).to_be_visible()


def test_a_schedule_of_the_readers_own_zone_says_each_time_once(
    in_zone: Callable[[str], Page],
) -> None:
    page = in_zone("Europe/Berlin")
    page.locator("#id_when").fill("cron: 0 6 1 1,7 * Europe/Berlin")
    expect(page.locator("#next-runs li")).to_have_count(5)
    expect(page.locator("#next-runs [data-offset]:visible")).to_have_count(0)
    marks = page.locator("#next-runs [data-clock-change]")
    for way in ("forward", "back"):
        words = f"Clocks in Europe/Berlin go {way} by 60 min before this run."
        expect(marks.filter(has_text=words).first).to_be_visible()
    expect(marks.filter(has_text="Your clock")).to_have_count(0)
