"""The pages of a plan: every filter that they offer, with every kind of search, at every place."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench._pages import request

# What finds all rows, many, some, one, those at the file's end alone, or none.
SEARCHES = ("", "person", "person1", "person77", "b-1", "zoe", "500", "nobody@")
# Forwards from the first row; forwards and backwards from a row of the file's second half.
PLACES = ("", "after", "before")
# How many pages are also made as they are sent: those whose rows take longest to find.
SENT = 16


@dataclass(frozen=True)
class Page:
    """What a page asks for, how many rows it shows, and the milliseconds that reading them takes."""

    name: str
    asked: dict[str, str]
    rows: int
    read: float


def plan_of(run_id: int) -> Any:
    from apps.transfers.models import ImportRun

    return ImportRun.objects.select_related("upload", "user").get(pk=run_id)


def read_pages(run: Any) -> list[Page]:
    from apps.transfers.admin.rows import PlanTable

    filters: list[dict[str, str]] = [{}, *({"verdict": verdict} for verdict in run.counts)]
    filters += [{"verdict": verdict, "cause": cause} for verdict, cause, _ in run.causes]
    found = []
    for asked in ({**each, "q": search} for each in filters for search in SEARCHES):
        for place in PLACES:
            values = {name: value for name, value in asked.items() if value}
            name = " ".join(f"{key}={value}" for key, value in values.items()) or "all rows"
            if place:
                values[place] = str(_row_beyond(run, run.rows // 2, values))
                name += f", {place} a row"
            table = PlanTable(_request(run, values), run)
            rows = len(table.context()["rows"])
            found.append(Page(name, values, rows, _best(table.context, 5)))
    return found


def send_page(run: Any, page: Page) -> float:
    """Return the milliseconds of the page as it is sent."""
    from django.contrib import admin

    from apps.transfers.models import ImportRun

    runs = admin.site.get_model_admin(ImportRun)
    asks = _request(run, page.asked)
    return _best(lambda: runs.changeform_view(asks, str(run.pk)).render(), 15)


def peer_of(page: Page, few: list[Page]) -> Page:
    """Return the page that it is compared with, of a plan of few rows: the same one where that shows
    about as many rows, else the median one of those that do."""
    alike = [each for each in few if abs(each.rows - page.rows) <= 10]
    for each in alike:
        if each.name == page.name:
            return each
    return sorted(alike, key=lambda each: each.read)[len(alike) // 2]


def walk_through(run: Any, pages: int) -> None:
    """Turn the pages of a plan, the largest that there are."""
    from apps.transfers.selectors import plan_rows
    from apps.transfers.selectors.plans import MAX_PAGE

    after: int | None = 0
    for _ in range(pages):
        if after is not None:
            after = plan_rows(run, after=after, limit=MAX_PAGE).next_after


def _request(run: Any, values: dict[str, str]) -> Any:
    return request(f"/admin/transfers/importrun/{run.pk}/", {"tab": "rows", **values})


def _row_beyond(run: Any, number: int, asked: dict[str, str]) -> int:
    """Return a row of the list in the file's later part, where there is one."""
    from django.db import connection

    from apps.transfers.engine.schema import Tables

    conditions, params = ["number > %s"], [number]
    for name, condition in (
        ("verdict", "verdict = %s"),
        ("cause", "%s = ANY (string_to_array(cause, ','))"),
        ("q", "(starts_with(cell_email, %s) OR starts_with(lower(cell_organization), %s))"),
    ):
        if value := asked.get(name):
            conditions.append(condition)
            params += [value] * condition.count("%s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COALESCE(min(number), %s) FROM {Tables(run.pk).plan.name} "
            f"WHERE {' AND '.join(conditions)}",
            [number, *params],
        )
        return int(cursor.fetchone()[0])


def _best(make: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        make()
        best = min(best, time.perf_counter() - started)
    return 1000 * best
