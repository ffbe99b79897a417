"""Messages for jobs that failed for internal reasons."""

import errno
import logging

from django.db import InterfaceError, OperationalError
from psycopg.errors import DiskFull

from apps.core.errors import in_short

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM = "The disk is full. Tell the people who run the server, then try again."
OURS = "It failed because of an error on our side, which was recorded."


def is_out_of_space(error: BaseException | None) -> bool:
    """Tell whether the error was caused by a full disk, ours or PostgreSQL's."""
    while error is not None:
        if isinstance(error, DiskFull) or getattr(error, "errno", None) in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def sentence_of(error: BaseException) -> str:
    return NO_ROOM if is_out_of_space(error) else OURS


def log_failure(logger: logging.Logger, what: str, error: Exception) -> None:
    """Log why `what` failed; a full disk or an unavailable database needs no traceback."""
    if is_out_of_space(error) or isinstance(error, OperationalError | InterfaceError):
        logger.error("%s failed: %s", what, in_short(error))
    else:
        logger.error("%s failed.", what, exc_info=error)
