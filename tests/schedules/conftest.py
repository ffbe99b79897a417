"""The messages that would go to the broker."""

from typing import Any

import pytest
from celery import current_app, signals


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
