"""Ends worker and beat when the code changes, for `DEBUG=1 make run`, which starts them again.

The web server needs no part of this: Django's `runserver` reloads itself.
"""

import os
import signal
import threading
from typing import Any

from django.utils.autoreload import StatReloader


class _EndingReloader(StatReloader):
    """Django's reloader restarts the process in place, which Celery's own processes cannot stand."""

    def notify_file_changed(self, file_path: Any) -> None:
        print(f"{file_path} changed", flush=True)  # noqa: T201
        # The worker finishes what it is doing or hands it over, as on any stop.
        os.kill(os.getpid(), signal.SIGTERM)
        self.stop()


def end_on_change() -> None:
    """Watch the modules that are loaded, in a thread of this process."""
    threading.Thread(target=_watch, name="reloading", daemon=True).start()


def _watch() -> None:
    for _ in (reloader := _EndingReloader()).tick():
        if reloader.should_stop:
            return
