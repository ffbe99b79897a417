"""Saying who changes something, and why, from the ground floor.

The audit app stands above this one and gives the meaning: it registers its `audit_context` here when
it starts. Code above the ground floor calls `audit_context` itself.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

_registered: list[Callable[..., AbstractContextManager[None]]] = []


def register(context: Callable[..., AbstractContextManager[None]]) -> None:
    """Give the context manager that attributes changes; the last one given counts."""
    _registered[:] = [context]


def attributed(*, actor: Any, reason: str, door: str) -> AbstractContextManager[None]:
    """Attribute every change inside the block; see `audit_context` in the audit app."""
    (context,) = _registered
    return context(actor=actor, reason=reason, door=door)
