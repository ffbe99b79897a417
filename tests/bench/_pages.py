"""Pages as a web process makes them, without the network: a plan's rows, a list while imports run."""

import time
from collections.abc import Callable
from typing import Any

from django.test import RequestFactory

FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"after": "half"},
    {"verdict": "create"},
    {"verdict": "update"},
    {"verdict": "update", "after": "half"},
    {"verdict": "unchanged"},
    {"verdict": "refused"},
    {"verdict": "refused", "cause": "email:invalid"},
    {"verdict": "refused", "cause": "organization:not_found", "after": "half"},
    {"verdict": "update", "cause": "phone"},
    {"verdict": "update", "cause": "role"},
    {"verdict": "update", "q": "person"},
    {"verdict": "refused", "q": "person"},
    {"q": "person1"},
    {"q": "person77"},
    {"q": "500"},
    {"q": "nobody@"},
)


def superuser() -> Any:
    from apps.accounts.models import User

    user = User.objects.filter(email="bench@bench.invalid").first()
    return user or User.objects.create_superuser("bench@bench.invalid", "bench")


def request(path: str, data: dict[str, Any], *, method: str = "get") -> Any:
    """Return a request of a superuser, as the middlewares would hand it to a view."""
    from django.contrib.messages.storage.fallback import FallbackStorage
    from django.contrib.sessions.backends.db import SessionStore

    made: Any = getattr(RequestFactory(), method)(path, data)
    made.user = made.real_user = superuser()
    made.session = SessionStore()
    made._messages = FallbackStorage(made)
    made._dont_enforce_csrf_checks = True
    return made


def _best(make: Callable[[], object], times: int = 15) -> float:
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        make()
        best = min(best, time.perf_counter() - started)
    return best


def prepare_plan(run_id: int) -> Any:
    """Index a command's plan as every run of a browser's is."""
    from apps.transfers.engine.tables import index_for_search
    from apps.transfers.models import ImportRun
    from apps.transfers.selectors.plans import search_columns

    run = ImportRun.objects.select_related("upload", "user").get(pk=run_id)
    index_for_search(run, search_columns(run))
    return run


def plan_pages(run: Any) -> dict[str, tuple[float, float, int]]:
    """Return by filter milliseconds, best of some, of the page as it is sent and of reading its rows
    alone, and how many rows it shows."""
    from django.contrib import admin

    from apps.transfers.admin.rows import PlanTable
    from apps.transfers.models import ImportRun

    runs = admin.site.get_model_admin(ImportRun)
    found = {}
    for asked in FILTERS:
        real = {name: each.replace("half", str(run.rows // 2)) for name, each in asked.items()}
        asks = request(f"/admin/transfers/importrun/{run.pk}/", {"tab": "rows", **real})
        name = " ".join(f"{key}={each}" for key, each in asked.items()) or "all rows"
        page = _best(lambda r=asks: runs.changeform_view(r, str(run.pk)).render())
        rows = len(PlanTable(asks, run).context()["rows"])
        read = _best(lambda r=asks: PlanTable(r, run).context())
        found[name] = (1000 * page, 1000 * read, rows)
    return found


def walk_through(run: Any, pages: int) -> None:
    """Turn the pages of a plan, the largest that there are."""
    from apps.transfers.selectors import plan_rows
    from apps.transfers.selectors.plans import MAX_PAGE

    after: int | None = 0
    for _ in range(pages):
        if after is not None:
            after = plan_rows(run, after=after, limit=MAX_PAGE).next_after


def members_list() -> float:
    """Return the seconds that the list of members takes, rendered."""
    from django.contrib import admin

    from apps.organizations.models import Membership

    asks = request("/admin/organizations/membership/", {})
    started = time.perf_counter()
    answer = admin.site.get_model_admin(Membership).changelist_view(asks)
    answer.render()
    return time.perf_counter() - started
