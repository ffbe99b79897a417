"""A cache in Redis that falls back to the database while Redis is away.

The cache counts sign-in attempts. Without a fallback, every sign-in would fail with Redis; a cache
that swallowed errors would count nothing. What one of the two has counted, the other does not know.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# After a failure, Redis is not asked for this long, so that a silent server does not delay every
# request.
PAUSE_SECONDS = 5.0
STAND_IN = "stand_in"

_paused_until = 0.0


class RedisOrDatabaseCache(RedisCache):
    """Django's cache in Redis; each call that Redis does not answer goes to the cache `stand_in`."""

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        global _paused_until
        if time.monotonic() >= _paused_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except RedisError as error:
                _paused_until = time.monotonic() + PAUSE_SECONDS
                logger.warning(
                    "Redis does not answer. The cache in the database is used instead: %s", error
                )
        return getattr(self._stand_in(), name)(*args, **kwargs)

    def _stand_in(self) -> BaseCache:
        return caches[STAND_IN]

    def add(
        self,
        key: object,
        value: object,
        timeout: object = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> Any:
        return self._call("add", key, value, timeout, version)

    def get(self, key: object, default: object = None, version: int | None = None) -> Any:
        return self._call("get", key, default, version)

    def set(
        self,
        key: object,
        value: object,
        timeout: object = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> Any:
        return self._call("set", key, value, timeout, version)

    def touch(
        self, key: object, timeout: object = DEFAULT_TIMEOUT, version: int | None = None
    ) -> Any:
        return self._call("touch", key, timeout, version)

    def delete(self, key: object, version: int | None = None) -> Any:
        return self._call("delete", key, version)

    def get_many(self, keys: Iterable[object], version: int | None = None) -> Any:
        return self._call("get_many", keys, version)

    def has_key(self, key: object, version: int | None = None) -> Any:
        return self._call("has_key", key, version)

    def incr(self, key: object, delta: int = 1, version: int | None = None) -> Any:
        return self._call("incr", key, delta, version)

    def set_many(
        self,
        data: Mapping[Any, object],
        timeout: object = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> Any:
        return self._call("set_many", data, timeout, version)

    def delete_many(self, keys: Iterable[object], version: int | None = None) -> Any:
        return self._call("delete_many", keys, version)

    def clear(self) -> Any:
        return self._call("clear")
