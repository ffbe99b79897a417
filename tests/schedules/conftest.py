"""The messages that would go to the broker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app, signals

from apps.core import sending
from config import env, queues


@pytest.fixture
def sent(settings: Any, tmp_path: Any) -> Any:
    """Collect what is sent through Celery to kombu's in-memory broker."""
    messages: list[dict[str, Any]] = []

    def collect(headers: Any = None, body: Any = None, **_: Any) -> None:
        messages.append({"headers": headers, "body": body})

    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    switch_broker("memory://", {})
    signals.before_task_publish.connect(collect)
    yield messages
    signals.before_task_publish.disconnect(collect)
    switch_broker(*before)


def switch_broker(url: str, options: dict[str, Any]) -> None:
    """Send to another broker, on new connections: a kept one would send to the old for ever."""
    current_app.conf.update(broker_url=url, broker_transport_options=options)
    # What Celery itself does in a new process.
    current_app._after_fork()


@pytest.fixture(params=["files", "redis"])
def broker(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The broker of the processes that the test starts, for the test as well."""
    # Which imports this module.
    from tests.core.test_sending import Redis

    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    server = None
    if request.param == "redis":
        server = Redis(tmp_path)
        monkeypatch.setenv("REDIS_URL", server.url)
        switch_broker(server.url, queues.broker_options(server.url, tmp_path))
    else:
        folder = tmp_path / "test" / env.test_process()
        folder.mkdir(parents=True)
        switch_broker("files://localhost//", queues.broker_options("", folder))
    yield request.param
    switch_broker(*before)
    if server is not None:
        server.stop()
