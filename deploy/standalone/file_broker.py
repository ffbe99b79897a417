"""Celery's messages as files under `$VAR_DIR/broker`, for machines without Redis.

kombu's filesystem transport with three weaknesses fixed: a message could be read before it was
written to the end, a worker listed the messages of all queues for each one, and messages on their
way to a worker went through the machine's shared temporary folder. Like the original it forgets what a killed worker held; see docs/decisions/007-jobs-are-rows.md.
"""

import fcntl
import os
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

TRANSPORT_ALIASES["files"] = "deploy.standalone.file_broker:Transport"


class Channel(filesystem.Channel):
    """A message is one file, and each step of its life is one rename."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue = Path(self.data_folder_in)
        self._taken = self._queue.with_name("taken")
        # By queue: what is still to be taken of the last look at the folder.
        self._seen: dict[str, list[str]] = {}
        for folder in (self._queue, self._taken):
            folder.mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        part = self._taken / f"{name}.part"
        try:
            part.write_bytes(str_to_bytes(dumps(payload)))
            part.rename(self._folder(queue) / name)
        except OSError:
            # The disk is full: leave no part of the message.
            part.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        # Thousands of messages of one queue cost the others nothing, and their own worker one look for all.
        folder = self._folder(queue)
        seen = self._seen.get(queue) or sorted(os.listdir(folder), reverse=True)
        self._seen[queue] = seen
        while seen:
            name = seen.pop()
            try:
                # Of several workers one alone succeeds in renaming it.
                taken = (folder / name).rename(self._taken / name)
            except FileNotFoundError:
                continue
            payload = taken.read_bytes()
            taken.unlink()
            return loads(bytes_to_str(payload))
        raise Empty

    def _size(self, queue: str) -> int:
        return len(os.listdir(self._folder(queue)))

    def _folder(self, queue: str) -> Path:
        folder = self._queue / queue
        folder.mkdir(exist_ok=True)
        return folder

    def _queue_bind(self, *args: Any) -> None:
        # The original writes its table over what another process has just begun.
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "table.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            super()._queue_bind(*args)


class Transport(filesystem.Transport):
    """Read from the worker's event loop, as Redis is.

    Without one Celery gives its processes a pool in which all of them share a lock: one that is killed
    while it waits for work takes the lock along, and the others wait forever.
    """

    Channel = Channel
    driver_type = "files"
    driver_name = "files"
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        loop.call_repeatedly(self.polling_interval, self._take_all)

    def _take_all(self) -> None:
        cycle: Any = self.cycle
        with suppress(Empty):
            while True:
                cycle.get(self._deliver, timeout=0)
