"""Honcho's manager with two things added: what was killed comes back, and a lost terminal is the end."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TextIO

from honcho.compat import ProcessManager
from honcho.manager import SIGNALS, Manager
from honcho.printer import Message
from honcho.process import Process

# A process that ends by itself sooner than this after its first start cannot run at all.
FIRST_SECONDS = 5
LONGEST_PAUSE = 30

SIGNALS[signal.SIGHUP] = {"name": "SIGHUP", "rc": 129}


class Output:
    """A terminal's output that may go away: closing the terminal must not stop us half-way."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


class LastingProcess(Process):
    """A process that is started again when it ends unasked, with growing pauses."""

    stopping: Any = None

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run in a process of its own, as honcho does, until the manager is stopping or gone."""
        self._events = events
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=self._end_with_manager, args=(os.getppid(),), daemon=True).start()
        pause = 1
        first = True
        while True:
            started = time.monotonic()
            ended = self._run_once()
            lived = time.monotonic() - started
            if self.stopping.is_set() or (first and ended >= 0 and lived < FIRST_SECONDS):
                break
            first = False
            pause = 1 if lived > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            how = f"was killed by signal {-ended}" if ended < 0 else f"ended with status {ended}"
            self._say(f"{self.name} {how}; starting it again in {pause} s")
            if self.stopping.wait(pause):
                break
        self._send_message({"returncode": ended}, type="stop")

    def _run_once(self) -> int:
        # The parent ignores these signals; restore the default handlers in the child.
        self._child = self._child_ctor(
            self.cmd,
            env=self.env,
            cwd=self.cwd,
            restore_signals=True,
            preexec_fn=_restore_signal_handlers,
        )
        self._send_message({"pid": self._child.pid}, type="start")
        if self.stopping.is_set():  # Told to stop while we were starting.
            self._end(signal.SIGTERM)
        reader = threading.Thread(target=self._relay, args=(self._child.stdout,), daemon=True)
        reader.start()
        returncode: int = self._child.wait()
        # Children of a killed program hold its output open, and its port or its task.
        self._end(signal.SIGKILL)
        reader.join(5)
        return returncode

    def _relay(self, stream: Any) -> None:
        for line in iter(stream.readline, b""):
            self._send_message(line)
        stream.close()

    def _end_with_manager(self, manager: int) -> None:
        """End the program when the manager was killed, which tells nobody anything."""
        while os.getppid() == manager:
            time.sleep(0.5)
        self.stopping.set()
        self._end(signal.SIGTERM)
        time.sleep(5)
        self._end(signal.SIGKILL)
        os._exit(1)

    def _end(self, number: int) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, number)

    def _say(self, sentence: str) -> None:
        self._send_message(f"{sentence}\n".encode())


def _restore_signal_handlers() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Polite(ProcessManager):
    """Asks only the program itself to stop; it then ends its children in its own order."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)


class LastingManager(Manager):
    """Runs `LastingProcess`es; stops them all when asked to, or when one of them cannot run."""

    def __init__(self, printer: Any) -> None:
        super().__init__(printer)
        self._stopping = multiprocessing.Event()
        self._process_ctor = LastingProcess
        self._procmgr = Polite()
        self.when_started: Callable[[], None] = lambda: None

    def add_process(self, name: str, cmd: str, **options: Any) -> Process:
        process = super().add_process(name, f"exec {cmd}", **options)
        process.stopping = self._stopping
        return process

    def loop(self) -> None:
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it.
            signal.signal(signal.SIGHUP, lambda *_: self.stop(SIGNALS[signal.SIGHUP]["rc"]))
        super().loop()

    def _start(self) -> None:
        super()._start()
        # Not before: threads do not go through the forks that honcho makes.
        self.when_started()

    def stop(self, returncode: int) -> None:
        self.returncode = returncode
        self.terminate()

    def terminate(self) -> None:
        self._stopping.set()
        super().terminate()

    def say(self, name: str, sentence: str) -> None:
        """Print a line in the name of a process."""
        now = datetime.now()  # The printer shows the machine's own time.
        line = f"{sentence}\n".encode()
        self.events.put(Message(type="line", data=line, time=now, name=name, colour=None))

    def pid(self, name: str) -> int | None:
        """Return the ID of the process that runs as `name` now."""
        found: int | None = self._processes[name].get("pid")
        return found

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    @property
    def was_asked_to_stop(self) -> bool:
        return self.returncode in {known["rc"] for known in SIGNALS.values()}
