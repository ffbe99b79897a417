"""What a question about a flag costs, beside waffle's own evaluation with its cache in memory."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench import Result, database
from tests.bench.timeline import analyze

ROUNDS, CALLS = 5, 5_000
FEW, NAMED, MEMBERS, VERDICTS = 10, 3_000, 100_000, 10_000
STATEMENTS = 3
MICROSECONDS = 1e6


def measure() -> Iterator[Result]:
    with database():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from apps.flags.evaluation import verdicts
        from apps.flags.models import Flag

        people, organization = _people()
        few, many = (Flag.objects.create(name=name) for name in ("few", "many"))
        few.users.set(people[:FEW])
        many.users.set(people[:NAMED])
        many.organizations.add(organization)
        analyze()
        asker = people[-1]
        with _peer(people) as ask_peer:
            yield Result(
                f"warm question, {FEW} people named",
                _best(lambda: _ask("few", asker)),
                unit="µs",
                against=_best(lambda: ask_peer("few", asker)),
                goal=1.0,
            )
            yield Result(
                f"warm question, {NAMED:,} people named and {MEMBERS:,} members",
                _best(lambda: _ask("many", asker)),
                unit="µs",
                rows=NAMED + MEMBERS,
                against=_best(lambda: ask_peer("many", asker)),
                goal=1.0,
            )
        yield Result(
            "the same, without a peer", _best(lambda: _ask("many", asker)), unit="µs", goal=5.0
        )
        with CaptureQueriesContext(connection) as warm:
            _ask("many", asker)
        yield Result("statements of a warm question", len(warm), unit="", goal=0)
        with CaptureQueriesContext(connection) as asked:
            began = time.perf_counter()
            verdicts(["few", "many"], people[: VERDICTS // 2])
            seconds = time.perf_counter() - began
        yield Result(f"{VERDICTS:,} verdicts in one call", seconds, rows=VERDICTS, goal=1.0)
        yield Result("statements of that call", len(asked), unit="", goal=STATEMENTS)


def _people() -> tuple[list[Any], Any]:
    """Make an organization of many members; return some of them, the last of which no flag names."""
    from django.db import connection

    from apps.accounts.models import User
    from apps.organizations.models import Organization

    organization = Organization.objects.create(name="Large", slug="large")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user (id, email, password, is_superuser)"
            " SELECT uuid7(), 'p' || i || '@quarterdeck.example', '', false"
            f" FROM generate_series(1, {MEMBERS}) AS i"
        )
        cursor.execute(
            "INSERT INTO organizations_membership (id, user_id, organization_id)"
            f" SELECT uuid7(), id, '{organization.pk}' FROM accounts_user"
        )
    stranger = User.objects.create(email="stranger@quarterdeck.example")
    return [*User.objects.exclude(pk=stranger.pk)[: VERDICTS // 2], stranger], organization


_requests: dict[Any, Any] = {}


def _request(user: Any) -> Any:
    """Return one request for each user: what it looks up, it looks up once."""
    from django.test import RequestFactory

    if user.pk not in _requests:
        request = _requests[user.pk] = RequestFactory().get("/")
        request.user = user
    return _requests[user.pk]


def _ask(name: str, user: Any) -> Any:
    import waffle

    return waffle.flag_is_active(_request(user), name)


@contextmanager
def _peer(people: list[Any]) -> Iterator[Callable[[str, Any], Any]]:
    """Lend waffle's own flags, in tables of their own, with a cache in memory as its documentation advises."""
    from django.db import connection, models
    from django.test import override_settings
    from waffle.models import AbstractUserFlag

    class PeerFlag(AbstractUserFlag):
        users = models.ManyToManyField("accounts.User", related_name="+")

        class Meta(AbstractUserFlag.Meta):
            abstract = False
            app_label = "flags"

    with connection.schema_editor() as editor:
        editor.create_model(PeerFlag)
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(CACHES=caches, WAFFLE_CACHE_NAME="default"):
        for name, count in (("few", FEW), ("many", NAMED)):
            PeerFlag.objects.create(name=name, superusers=False).users.set(people[:count])
        # `flag_is_active` does nothing else.
        yield lambda name, user: PeerFlag.get(name).is_active(_request(user))


def _best(ask: Callable[[], object]) -> float:
    """Return the microseconds of a call in the fastest round; the first call is not counted."""
    ask()
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(CALLS):
            ask()
        rounds.append((time.perf_counter() - began) / CALLS * MICROSECONDS)
    return min(rounds)
