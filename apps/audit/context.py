"""Who changes something, why, and through what: sent to the triggers with the transaction."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from apps.audit.origins import RunKind, change_source, run_kind
from apps.core.actors import Actor
from apps.core.uuid7 import uuid7

_NAMESPACE = uuid.UUID("6f4c4a52-8f39-4a7b-9d31-0d1f6c0c3a11")


class Settings(NamedTuple):
    """The values that are sent to the database, each as a transaction-local setting `audit.<name>`."""

    change_set: str = ""
    actor: str = ""
    reason: str = ""
    context: str = ""
    # The change set that the database created for the other four; reset when they change.
    recorded: str = ""


BLANK = Settings()


@dataclass(frozen=True)
class NamedActor:
    """An actor: a user, or a task or command, which has only a name."""

    id: str = ""
    label: str = ""


@dataclass(frozen=True)
class AuditContext:
    """One layer of attribution; an inner layer starts as a copy of the outer one."""

    root: uuid.UUID
    base: uuid.UUID
    # Called at the first write, when the request's user is known.
    actor: Callable[[], NamedActor]
    real_actor: Callable[[], NamedActor]
    # Whether both can be called without a query.
    is_known: Callable[[], bool] = lambda: True
    reason: str = ""
    source: str = ""
    request_id: str = ""
    path: str = ""
    address: str = ""
    run_kind: str = ""
    run_id: str = ""


_current: ContextVar[AuditContext | None] = ContextVar("audit_context", default=None)
_resolving: ContextVar[bool] = ContextVar("audit_context_resolving", default=False)


def actor_of(actor: Actor | NamedActor) -> NamedActor:
    """Return the actor that a user or a name stands for."""
    if actor is None:
        return NamedActor()
    if isinstance(actor, NamedActor):
        return actor
    if isinstance(actor, str):
        return NamedActor(label=actor)
    if not getattr(actor, "is_authenticated", False) or actor.pk is None:
        return NamedActor(label="anonymous")
    user: Any = actor
    name, login = str(user), user.get_username()
    return NamedActor(str(actor.pk), login if name == login else f"{name} <{login}>")


@contextmanager
def audit_context(
    *,
    actor: Actor | NamedActor = None,
    real_actor: Actor | NamedActor = None,
    reason: str = "",
    run: tuple[RunKind, object] | None = None,
    request_id: str = "",
    source: str = "",
    path: str = "",
    address: str = "",
) -> Iterator[None]:
    """Attribute every change inside the block; the given values override those of an outer block.

    `actor` is a user, or the name of a task or command; `real_actor` the impersonator when
    somebody acts as somebody else. `source` is the way in: the code of a declared
    `ChangeSource`, else LookupError. `run` is the job that the changes are part of, as (kind, key). A
    run has one change set for each way in, however many transactions and attempts it takes; a new
    reason alone stays in the change set of the outer block.
    """
    outer = _current.get()
    base = outer.base if outer else uuid7()
    source = change_source(source) if source else (outer.source if outer else "")
    kind, run_id = (run_kind(run[0]), str(run[1])) if run else ("", "")
    if kind:
        base = uuid.uuid5(_NAMESPACE, f"{source} {kind} run {run_id}")
    acting, real = actor_of(actor), actor_of(real_actor)
    given: dict[str, Any] = {
        "reason": reason,
        "run_kind": kind,
        "run_id": run_id,
        "request_id": request_id,
        "path": path,
        "address": address,
    }
    if actor is not None:
        given["actor"] = lambda: acting
    if real_actor is not None:
        given["real_actor"] = lambda: real
    start = outer or AuditContext(root=base, base=base, actor=NamedActor, real_actor=NamedActor)
    given = {name: value for name, value in given.items() if value not in ("", None)}
    if actor is not None:
        given["is_known"] = lambda: True
    with layer(replace(start, base=base, source=source, **given)):
        yield


@contextmanager
def layer(context: AuditContext) -> Iterator[None]:
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> AuditContext | None:
    """Return the innermost context, or None outside of any."""
    return _current.get()


def real_actor_id() -> str | None:
    """Return the key of the impersonator, if there is one, for jobs to store."""
    context = _current.get()
    return (context.real_actor().id or None) if context else None


def can_read_settings(*, may_resolve: bool) -> bool:
    """Tell whether `settings()` can be called now.

    False while the actor is being resolved, which runs queries itself, and for reads if resolving
    would need a query.
    """
    context = _current.get()
    return not _resolving.get() and (context is None or may_resolve or context.is_known())


def settings() -> Settings | None:
    """Return the settings for the database now; None outside of any context."""
    context = _current.get()
    if context is None:
        return None
    token = _resolving.set(True)
    try:
        actor, real = context.actor(), context.real_actor()
    finally:
        _resolving.reset(token)
    return _settings(context, actor, real)


@lru_cache(maxsize=256)
def _settings(context: AuditContext, actor: NamedActor, real: NamedActor) -> Settings:
    data = {
        "root": str(context.root),
        "actor_label": actor.label,
        "real_actor": real.id,
        "real_actor_label": real.label,
        "source": context.source,
        "request_id": context.request_id,
        "path": context.path,
        "address": context.address,
        "run_kind": context.run_kind,
        "run_id": context.run_id,
    }
    return Settings(str(context.base), actor.id, context.reason, json.dumps(data))
