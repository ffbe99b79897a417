"""What it costs to read the trail: a timeline and the audit log, short and long."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench import Result, database

SHORT, LONG = 100, 100_000
# In one transaction each change would walk all the versions before it.
AT_ONCE = 100
VISITS = 7


def measure() -> Iterator[Result]:
    with database(), plain_static_files():
        from django.test import Client
        from django.urls import reverse

        from apps.accounts.models import User
        from apps.organizations.models import Organization

        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.create_superuser("reader@quarterdeck.example"))
        log = reverse("admin:audit_changeset_changelist")
        few, many = (
            Organization.objects.create(name=name, slug=name.lower()) for name in ("Few", "Many")
        )
        change(few, SHORT)
        short_log = visit(client, log)
        change(many, LONG)
        analyze()
        short, long = (
            reverse("admin:organizations_organization_history", args=[record.pk])
            for record in (few, many)
        )
        base = visit(client, short)
        far = Organization.history.filter(id=many.pk).order_by("history_id")[LONG // 2].history_id
        name = f"timeline of {LONG:,} entries"
        for title, url, against in (
            (f"{name}, newest page", long, base),
            (f"{name}, page in the middle", f"{long}?before={far}", base),
            (f"audit log of {LONG:,} entries", log, short_log),
        ):
            yield Result(title, visit(client, url), rows=LONG, against=against, goal=1.5)
        for title, url in (
            (f"{name}, by a field", f"{long}?field=slug"),
            ("audit log, a word that nothing has", f"{log}?q=nothinghasthis"),
        ):
            yield Result(title, visit(client, url), rows=LONG, goal=3.0)


@contextmanager
def plain_static_files() -> Iterator[None]:
    """Let pages be drawn where no static files have been collected."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


def change(record: Any, times: int) -> None:
    """Rename a record many times, each time by a statement of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        for block in range(times // AT_ONCE):
            cursor.execute(
                f"DO $$ BEGIN FOR i IN 1..{AT_ONCE} LOOP"
                f" UPDATE organizations_organization SET name = 'Name ' || i || ' of {block}'"
                f" WHERE id = '{record.pk}'; END LOOP; END $$"
            )


def analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def visit(client: Any, url: str) -> float:
    """Return the median seconds of some visits, the first of which is not counted."""
    seconds = []
    for _ in range(VISITS + 1):
        began = time.perf_counter()
        response = client.get(url)
        seconds.append(time.perf_counter() - began)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")
    return statistics.median(seconds[1:])
