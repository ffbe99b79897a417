"""Tracebacks of commands: they go to a file, with one line for each on stderr."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings


class _OneLine(logging.Formatter):
    """Formats as another formatter does, with the exception's last line for the traceback."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        plain = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None})
        text = self._inner.format(plain)
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return text
        return f"{text} ({type(error).__name__}: {str(error).strip().partition(chr(10))[0]})"


class _ErrorLog(logging.FileHandler):
    """A file of tracebacks. If it cannot be written, they are dropped: stderr has a line for each error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # The name of `logging`.
        pass

    def close(self) -> None:
        with suppress(OSError):
            super().close()


@contextmanager
def tracebacks_to_file(shown: bool) -> Iterator[None]:
    """Keep tracebacks out of stderr: they go to a file, and stderr has a line for each."""
    root = logging.getLogger()
    if shown or root.level >= logging.CRITICAL:
        yield
        return
    # Subclasses write elsewhere than the terminal.
    before = [
        (each, each.formatter) for each in root.handlers if type(each) is logging.StreamHandler
    ]
    log_handler = _log_file(Path(settings.VAR_DIR) / "log" / "commands.log")
    for handler, formatter in before:
        handler.setFormatter(_OneLine(formatter))
        handler.addFilter(_is_no_retry)
    if log_handler is not None:
        if before:
            log_handler.setFormatter(before[0][1])
            for each in before[0][0].filters:
                if each is not _is_no_retry:
                    log_handler.addFilter(each)
        root.addHandler(log_handler)
    try:
        yield
    finally:
        for handler, formatter in before:
            handler.setFormatter(formatter)
            handler.removeFilter(_is_no_retry)
        if log_handler is not None:
            root.removeHandler(log_handler)
            log_handler.close()


def _is_no_retry(record: logging.LogRecord) -> bool:
    """Leave out the pool's attempts to connect: the command says once that the database is away."""
    return record.name != "psycopg.pool" or record.levelno >= logging.ERROR


def _log_file(path: Path) -> logging.Handler | None:
    """Return a handler that appends errors to `path`, or None where nothing can be written there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a"):
            pass
    except OSError:
        return None
    handler = _ErrorLog(path, delay=True)
    handler.setLevel(logging.ERROR)
    return handler
