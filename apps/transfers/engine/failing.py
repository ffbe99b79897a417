"""What is said of a run that ended for a reason that is none of its user's."""

import errno

from psycopg.errors import DiskFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM = "There is no room left on the disk. Tell who looks after the server, and try again then."
OURS = "It failed for a reason of ours, which was recorded."


def is_for_want_of_room(error: BaseException | None) -> bool:
    """Tell whether this, or what it came from, is a disk that is full: the server's or PostgreSQL's."""
    while error is not None:
        if isinstance(error, DiskFull) or getattr(error, "errno", None) in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def sentence_of(error: BaseException) -> str:
    return NO_ROOM if is_for_want_of_room(error) else OURS
