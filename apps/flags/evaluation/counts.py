"""How often this process answered yes and no, counted in memory until its thread writes it down."""

import os
import threading
from collections import Counter

# By kind ("flag", "switch", or "sample"), name, and answer.
type Counts = Counter[tuple[str, str, bool]]

_counts: Counts = Counter()
_counting = threading.Lock()


def count(kind: str, name: str, answer: bool, times: int = 1) -> bool:
    """Count an answer, and return it."""
    with _counting:
        _counts[kind, name, answer] += times
    return answer


def take() -> Counts:
    """Return what was counted, and start from zero."""
    global _counts
    with _counting:
        taken, _counts = _counts, Counter()
    return taken


def put_back(counts: Counts) -> None:
    """Count again what could not be written down."""
    with _counting:
        _counts.update(counts)


def _after_fork() -> None:
    """A fork counts its own answers; its parent writes down those before."""
    global _counts, _counting
    _counts, _counting = Counter(), threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
