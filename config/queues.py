"""The settings of the broker and of the cache, with Redis and without.

Every wait for Redis is bounded: a request that sends a message, or counts an attempt, must answer although
Redis is gone or silent.
"""

from pathlib import Path
from typing import Any

# By kind of work, so that one kind never waits behind another. A worker takes from all of them, or from those
# that `-Q` names; deploy/production.md has a worker for each.
# - interactive: a person looks at the page and waits, such as a small import
# - bulk: large imports and exports, and what takes minutes
# - mail: one mail per message, thousands at a time
# - schedules: runs of scheduled tasks
QUEUES = ("interactive", "bulk", "mail", "schedules")

# A connection of the pool may be stale after Redis was started again: one more try, at once.
PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def broker_options(redis_url: str, var_dir: Path) -> dict[str, Any]:
    """Return `CELERY_BROKER_TRANSPORT_OPTIONS`."""
    if redis_url:
        return {
            # After this time, Redis gives a message to another worker, even if it is still being
            # processed.
            "visibility_timeout": 12 * 3600,
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            # Of the connection on which a message is sent, beyond which kombu would try a hundred times.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
        }
    return {
        "data_folder_in": str(var_dir / "broker" / "queue"),
        "data_folder_out": str(var_dir / "broker" / "queue"),
        "control_folder": str(var_dir / "broker" / "control"),
        "polling_interval": 0.05,
    }


def caches(redis_url: str) -> dict[str, Any]:
    """Return `CACHES`: one truth for web and workers, in Redis or in a table."""
    table = {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
    if not redis_url:
        return {"default": table}
    return {
        "default": {
            "BACKEND": "apps.core.cache.RedisOrDatabaseCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "quarterdeck",
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        },
        "stand_in": table,
    }
