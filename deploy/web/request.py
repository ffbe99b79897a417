"""How much of a request is received before the application sees it."""

import io
import select
import time
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError

# As much as any page takes (DATA_UPLOAD_MAX_MEMORY_SIZE). More is read by the page that asks for it.
RECEIVED_AHEAD = 2_621_440
# A thread that reads an upload waits this long for more of it.
STALL_SECONDS = 20
# A body is held to a speed that the worst of lines reaches, once it has had this long.
BODY_SECONDS = 30
BODY_BYTES_A_SECOND = 500


def is_too_slow(received: int, seconds: float) -> bool:
    """Tell whether a client sends a body slower than any line does that is not meant to be slow."""
    return seconds > BODY_SECONDS and received < BODY_BYTES_A_SECOND * seconds


class Request(HTTPRequestParser):
    """A request that is complete with its whole body, or with its head where the body is large."""

    streamed = False

    def __init__(self, adj: Any, channel: Any = None) -> None:
        super().__init__(adj)
        self.channel = channel
        self.began = time.monotonic()
        self.ahead = b""

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.body_rcv is None or self.completed or self.body_bytes_received:
            return consumed
        if self.chunked or self.content_length > RECEIVED_AHEAD:
            self._hand_over(data[consumed:])
            # What follows belongs to this body: it must never be read as another request.
            return len(data)
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # An address like http://[: waitress would hang up without an answer.
            raise ParsingError("The address of the request cannot be read.") from error

    def _hand_over(self, ahead: bytes) -> None:
        self.streamed = self.completed = True
        self.headers["CONNECTION"] = "close"
        if self.chunked:
            # The application refuses it, as it does not say how long it is.
            self.headers["TRANSFER_ENCODING"] = "chunked"
            self.expect_continue = False
            return
        self.ahead = ahead
        self.wants_word = self.expect_continue
        self.expect_continue = False

    def get_body_stream(self) -> Any:
        if not self.streamed:
            return super().get_body_stream()
        if self.chunked:
            return io.BytesIO()
        word = b"HTTP/1.1 100 Continue\r\n\r\n" if self.wants_word and not self.ahead else b""
        return io.BufferedReader(
            StreamedBody(self.channel.socket, self.ahead, self.content_length, word)
        )


class StreamedBody(io.RawIOBase):
    """The body of a large request, taken from its socket while the application reads it."""

    def __init__(self, socket: Any, ahead: bytes, length: int, word: bytes) -> None:
        self.socket = socket
        self.ahead = ahead[:length]
        self.length = self.left = length
        self.word = word
        self.began = time.monotonic()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Raise `OSError` where the client is gone or sends nothing more."""
        size = min(len(buffer), self.left)
        if not size:
            return 0
        part = self.ahead[:size] or self._receive(size)
        self.ahead = self.ahead[size:]
        buffer[: len(part)] = part
        self.left -= len(part)
        return len(part)

    def _receive(self, size: int) -> bytes:
        if self.word:
            self.socket.send(self.word)
            self.word = b""
        if is_too_slow(self.length - self.left, time.monotonic() - self.began):
            raise OSError("The client is sending too slowly.")
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        if not waiting.poll(STALL_SECONDS * 1000):
            raise OSError(f"The client sent nothing for {STALL_SECONDS} seconds.")
        part: bytes = self.socket.recv(size)
        if not part:
            raise OSError("The client disconnected before it had sent everything.")
        return part
