"""Waitress's server with deadlines: who sends too slowly, or is one too many, is hung up on."""

import socket
import time
from functools import partial
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from deploy.web.request import Request, is_too_slow

# A head is a few hundred bytes.
HEAD_SECONDS = 20
# After an answer to a body that was not read, what still arrives is thrown away for this long: hanging up
# at once would take the answer from the client.
LINGER_SECONDS = 3


class Channel(HTTPChannel):
    """A connection with one client."""

    lingering_since = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parser_class = partial(Request, channel=self)
        self.left_unread = False

    def service(self) -> None:
        self.left_unread = any(request.streamed for request in self.requests)
        super().service()

    def is_too_slow(self) -> bool:
        """Tell whether the client takes too long to send its request, or to hang up."""
        if self.lingering_since:
            return time.monotonic() - self.lingering_since > LINGER_SECONDS
        request = self.request
        if request is None:
            return False
        seconds = time.monotonic() - request.began
        if not request.headers_finished:
            return seconds > HEAD_SECONDS
        return is_too_slow(request.body_bytes_received, seconds)

    # Waitress closes once the answer is sent. An unread body makes that a reset, so we wait a little.

    def handle_write(self) -> None:
        flushed = self.close_when_flushed and not self.total_outbufs_len
        if flushed and self.left_unread and not self.lingering_since:
            self.lingering_since = time.monotonic()
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.will_close = True
            return
        if not self.lingering_since or self.will_close:
            super().handle_write()

    def writable(self) -> bool:
        if self.lingering_since and not self.will_close:
            return False
        return bool(super().writable())

    def readable(self) -> bool:
        if self.lingering_since and not self.will_close:
            return True
        return bool(super().readable())

    def handle_read(self) -> None:
        if not self.lingering_since:
            super().handle_read()
            return
        try:
            ended = not self.recv(self.adj.recv_bytes)
        except OSError:
            ended = True
        if ended:
            self.handle_close()


class Server(TcpWSGIServer):
    """One listening socket of one process."""

    channel_class = Channel

    def __init__(self, *args: Any, uploads: ThreadedTaskDispatcher, **kwargs: Any) -> None:
        """Large bodies are read by the threads of `uploads`: as slowly as they arrive, and beside the others."""
        super().__init__(*args, **kwargs)
        self.uploads = uploads

    def add_task(self, task: Channel) -> None:
        (self.uploads if task.requests[0].streamed else self.task_dispatcher).add_task(task)

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_too_slow():
                channel.will_close = True

    def readable(self) -> bool:
        if len(self._map) >= self.adj.connection_limit:
            self.make_room()
        return bool(super().readable())

    def make_room(self) -> None:
        """Hang up on a tenth of the connections that wait for their client, the oldest first."""
        waiting = [channel for channel in self.active_channels.values() if not channel.requests]
        waiting.sort(key=lambda channel: channel.creation_time)
        for channel in waiting[: max(1, len(waiting) // 10)]:
            channel.handle_close()

    def is_at_work(self) -> bool:
        """Tell whether an answer is being made or sent."""
        return any(
            channel.requests or channel.total_outbufs_len
            for channel in list(self.active_channels.values())
        )
