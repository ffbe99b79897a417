"""A mail server that misbehaves on demand."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class Server(socketserver.ThreadingTCPServer):
    """A mail server by hand, as no library misbehaves on demand. `behavior` says what it does wrong, and when.

    It notes what it took: `taken` holds a recipient for each mail whose data came whole.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.port: int = self.server_address[1]
        self.behavior = ""
        self.taken: list[str] = []
        self.pause = 0.0
        self.refused: set[str] = set()
        self.connections = 0
        # Recipients whose first attempt was put off.
        self.put_off: set[str] = set()
        # A step ("MAIL", "RCPT", "DATA", "end", "answer") and the number of the mail at which the server
        # holds still: it sets `reached`, and waits for `go`.
        self.hold: tuple[str, int] | None = None
        self.reached = threading.Event()
        self.go = threading.Event()

    def step(self, name: str) -> None:
        if self.hold == (name, len(self.taken) + (name != "answer")):
            self.hold = None
            self.reached.set()
            self.go.wait(60)


class _Talk(socketserver.StreamRequestHandler):
    server: Server

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        behavior = self.server.behavior
        self.server.connections += 1
        mails = 0
        if behavior == "drops at once":
            return
        if behavior == "stalls at once":
            time.sleep(30)
            return
        self.say("220 ready")
        recipient = ""
        for raw in self.rfile:
            line = raw.decode().strip()
            command = line.upper()
            self.server.step(command[:4])
            if command.startswith("MAIL") and behavior == "closes after five" and mails == 5:
                self.say("421 Too many mails on this connection")
                return
            if command.startswith(("EHLO", "HELO", "MAIL", "RSET", "NOOP")):
                self.say("250 OK")
            elif command.startswith("RCPT"):
                recipient = line.partition("<")[2].rstrip(">")
                if behavior == "greylists" and recipient not in self.server.put_off:
                    self.server.put_off.add(recipient)
                    self.say("451 Greylisted, try again later")
                    continue
                refused = {"refuses": "550 No such mailbox", "not now": "451 Try again later"}
                if recipient in self.server.refused:
                    behavior = "refuses"
                self.say(refused.get(behavior, "250 OK"))
                behavior = self.server.behavior
            elif command == "DATA":
                if behavior == "stalls before the data":
                    time.sleep(30)
                    return
                self.say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                time.sleep(self.server.pause)
                if behavior == "refuses the data":
                    self.say("554 Not this")
                    continue
                if behavior == "not this data now":
                    self.say("451 Try again later")
                    continue
                self.server.step("end")
                self.server.taken.append(recipient)
                mails += 1
                if behavior == "stalls after the data":
                    time.sleep(30)
                    return
                if behavior == "drops after the data":
                    return
                self.say("250 taken")
                self.server.step("answer")
                if behavior == "drops between mails":
                    return
            elif command == "QUIT":
                if behavior == "drops at the goodbye":
                    return
                self.say("221 bye")
                return


@contextmanager
def running_server() -> Iterator[Server]:
    with Server() as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield one
        one.shutdown()


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with running_server() as one:
        settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", one.port
        settings.EMAIL_TIMEOUT = 1
        yield one
