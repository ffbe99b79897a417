"""Each web process watches for the scheduler: only it can tell of a scheduler that has died.

The watch is a thread, so that it tells at night as well, when nobody opens a page. It also sends what no worker
sends: scheduler and workers often die together.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse

from apps.schedules.alarm_mails import unsent_mails_send
from apps.schedules.services.alarms import scheduler_check

logger = logging.getLogger(__name__)

_starting = threading.Lock()
_started_in: int | None = None


class SchedulerWatchMiddleware:
    """Starts the watch with the first request of a process: threads do not survive the fork of a server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _started_in != os.getpid():
            watch_start()
        return self.get_response(request)


def watch_start() -> None:
    """Start the watch of this process, unless it runs or `SCHEDULER_WATCH_SECONDS` is 0."""
    global _started_in
    with _starting:
        if _started_in == os.getpid() or not settings.SCHEDULER_WATCH_SECONDS:
            return
        _started_in = os.getpid()
        threading.Thread(target=_watch, name="scheduler watch", daemon=True).start()


def _watch() -> None:
    pause = threading.Event()
    while not pause.wait(settings.SCHEDULER_WATCH_SECONDS):
        look()


def look() -> None:
    """Open the scheduler's alarm if it is silent, and send the e-mails that no worker has sent. Never raises."""
    try:
        scheduler_check()
        unsent_mails_send()
    except (DatabaseError, InterfaceError) as error:
        # Every page says so by itself; the next look finds the database again.
        logger.warning("The database did not answer: %s", str(error).partition("\n")[0])
    except Exception:
        logger.exception("The watch for the scheduler failed.")
    finally:
        # One that is held all the time would be one more for each web process.
        with suppress(DatabaseError, InterfaceError):
            connection.close()
