"""Waitress's loop as a worker of Gunicorn."""

import logging
import os
import resource
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from deploy.web.server import Server

# What one process can hold of clients that wait; each costs a file handle and some kilobytes.
CONNECTIONS = 10_000
# Threads that read uploads, each with a connection to the database of its own.
UPLOADS = 4


class BufferingWorker(Worker):
    """Receives and sends in one loop, works in `threads` threads; see `deploy.web`."""

    def run(self) -> None:
        # It would count each request that has to wait for a thread.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        everything: dict[int, Any] = {}
        # Slow uploads wait for each other alone: however many there are, the pages have their threads.
        dispatcher, uploads = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        uploads.set_thread_count(UPLOADS)
        adjustments = self._adjustments()
        servers = [
            Server(
                self.wsgi, everything, True, listener.sock, dispatcher=dispatcher, uploads=uploads,
                adj=adjustments, bind_socket=False,
                sockinfo=(listener.sock.family, 0, 0, None),
            )
            for listener in self.sockets
        ]  # fmt: skip
        while self.alive and self.ppid == os.getppid():
            self._turn(everything)
        for server in servers:
            server.accepting = False
            server.del_channel()
        until = time.monotonic() + self.cfg.graceful_timeout
        while any(server.is_at_work() for server in servers) and time.monotonic() < until:
            self._turn(everything)
        for each in (dispatcher, uploads):
            each.shutdown(timeout=1)

    def _turn(self, everything: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=everything, count=1)

    def _adjustments(self) -> Adjustments:
        return Adjustments(
            ident=None,
            threads=self.cfg.threads,
            backlog=self.cfg.backlog,
            connection_limit=min(CONNECTIONS, _file_handles() - 256),
            channel_timeout=60,
            cleanup_interval=5,
            max_request_header_size=64 * 1024,
            # The application knows which page takes how much.
            max_request_body_size=2**62,
            inbuf_overflow=64 * 1024,
            outbuf_overflow=256 * 1024,
            # An answer that is made piece by piece waits on the disk for a slow reader, not in its thread.
            outbuf_high_watermark=512 * 2**20,
            # apps/core/client_address.py believes the proxies that are named, and no others.
            clear_untrusted_proxy_headers=False,
        )


def _file_handles() -> int:
    """Return how many file handles this process may have, after asking for as many as it can get."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS * 2 if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS * 2)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
