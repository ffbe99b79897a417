"""Bulk actions: the web's answer, the plan, the change, and the undo, in seconds."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench import Result, database
from tests.bench._tables import run

PEOPLE, INVITATIONS = 11_112, 5_000


def measure() -> Iterator[Result]:
    with database():
        from django.test import override_settings

        # The worker is this process: nothing is sent.
        with override_settings(CELERY_TASK_ALWAYS_EAGER=False, CELERY_BROKER_URL="memory://"):
            client = _client()
            _people()
            yield from _measured(
                client, "deactivate", "accounts_user", "?q=many", PEOPLE, undoes=True, goal=20
            )
            _invitations()
            yield from _measured(
                client, "resend", "organizations_invitation", "", INVITATIONS, goal=10
            )


def _measured(
    client: Any,
    action: str,
    page: str,
    query: str,
    rows: int,
    *,
    undoes: bool = False,
    goal: float,
) -> Iterator[Result]:
    from django.urls import reverse

    from apps.bulk.engine.driver import advance
    from apps.bulk.models import BulkRun
    from apps.core.uuid7 import uuid7

    posted = {"action": action, "index": "0", "select_across": "1", "_selected_action": [uuid7()]}
    address = f"{reverse(f'admin:{page}_changelist')}{query}"
    answered = _seconds(lambda: client.post(address, posted))
    run_ = BulkRun.objects.latest("id")
    yield Result(f"{action}: the web's answer", answered, rows=rows, goal=1)
    yield Result(f"{action}: the plan", _seconds(lambda: advance(run_.pk)), rows=rows, goal=5)
    confirm = reverse("admin:bulk_bulkrun_confirm", args=[run_.pk])
    answered = _seconds(lambda: client.post(confirm, {"reason": "A bench."}))
    yield Result(f"{action}: the confirmation", answered, rows=rows, goal=1)
    took = _seconds(lambda: advance(run_.pk))
    run_.refresh_from_db()
    assert run_.results["changed"] == rows, (run_.state, run_.error, run_.results)
    yield Result(f"{action}: the change", took, rows=rows, goal=goal)
    if undoes:
        client.post(reverse("admin:bulk_bulkrun_undo", args=[run_.pk]), {"reason": "A bench."})
        yield Result(
            f"{action}: the undo", _seconds(lambda: advance(run_.pk)), rows=rows, goal=goal
        )
        run_.refresh_from_db()
        assert run_.results["undone"] == rows, (run_.state, run_.error, run_.results)


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _client() -> Any:
    from django.test import Client

    from tests.factories.accounts import SuperuserFactory, prove_factor

    client = Client(headers={"host": "localhost"})
    client.force_login(SuperuserFactory())
    return prove_factor(client)


def _people() -> None:
    run(
        "INSERT INTO accounts_user (id, email, first_name, password, is_superuser)"
        f" SELECT uuid7(), 'many' || i || '@quarterdeck.example', 'Many', '!', false"
        f" FROM generate_series(1, {PEOPLE}) AS i"
    )
    run("VACUUM ANALYZE")


def _invitations() -> None:
    run(
        "INSERT INTO organizations_organization (id, name, slug)"
        " SELECT uuid7(), 'Harbor ' || i, 'harbor-' || i FROM generate_series(1, 50) AS i"
    )
    run(
        "INSERT INTO organizations_invitation (id, email, organization_id, token_digest, expires_at)"
        " SELECT uuid7(), 'invited' || i || '@quarterdeck.example', o.id, 'digest' || i, now()"
        f" FROM generate_series(1, {INVITATIONS}) AS i JOIN organizations_organization o"
        " ON o.slug = 'harbor-' || (1 + i % 50)"
    )
    run("VACUUM ANALYZE")
