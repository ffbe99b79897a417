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
    current_app.conf.update(broker_url="memory://", broker_transport_options={})
    signals.before_task_publish.connect(collect)
    yield messages
    signals.before_task_publish.disconnect(collect)
    current_app.conf.update(broker_url=before[0], broker_transport_options=before[1])
