"""A process that draws pages and says what each took: `python -m tests.bench._visitor`.

It reads one JSON list per line, [e-mail, address], and answers with one JSON object.
"""

import gc
import json
import os
import sys
import time
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench._list_settings"


class Clock:
    """Counts the statements and the time that they took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, execute: Any, *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            self.seconds.append(time.perf_counter() - began)


def visit(client: Any, address: str) -> dict[str, Any]:
    from django.db import connection

    clock = Clock()
    gc.collect()
    with connection.execute_wrapper(clock):
        began, worked = time.perf_counter(), time.process_time()
        response = client.get(address)
        worked, took = time.process_time() - worked, time.perf_counter() - began
    return {
        "status": response.status_code,
        "ms": took * 1000,
        "cpu": worked * 1000,
        "sql": sum(clock.seconds) * 1000,
        "slowest": max(clock.seconds, default=0) * 1000,
        "statements": len(clock.seconds),
        "bytes": len(response.content),
    }


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    import django

    django.setup()
    from django.test import Client

    from apps.accounts.models import User
    from apps.core.discovery import full_site

    for model_admin in full_site()._registry.values():
        model_admin.list_per_page = 100
    clients: dict[str, Client] = {}
    say("ready")
    for line in sys.stdin:
        email, address = json.loads(line)
        if email not in clients:
            clients[email] = Client(headers={"host": "localhost"})
            clients[email].force_login(User.objects.get(email=email))
        say(json.dumps(visit(clients[email], address)))


if __name__ == "__main__":
    main()
