"""Saying who changes something, and why, from the ground floor.

The audit app plugs its `audit_context` into the port `ATTRIBUTION`. Code above the ground floor calls
`audit_context` itself.
"""

from contextlib import AbstractContextManager

from apps.core.actors import Actor
from apps.core.ports import ATTRIBUTION


def attributed(*, actor: Actor, reason: str, source: str) -> AbstractContextManager[None]:
    """Attribute every change inside the block; see `audit_context` in the audit app."""
    return ATTRIBUTION.get()(actor=actor, reason=reason, source=source)
