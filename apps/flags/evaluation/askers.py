"""Who asks: a person with their roles and organizations, which are looked up at most once per request."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from apps.organizations.models import Membership

# A task may run for an hour. What it knows of a person counts for as long as any verdict may be old.
TASK_SECONDS = 1.0


class Facts(NamedTuple):
    """A person's keys of roles, and of organizations that are not in the trash."""

    roles: frozenset[int]
    organizations: frozenset[UUID]


class Known:
    """What a request or a task has looked up. A request keeps it to its end, a task for `seconds`."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._facts: dict[Any, tuple[float, Facts]] = {}

    def of(self, key: UUID) -> Facts:
        kept = self._facts.get(key)
        if kept and (self._seconds is None or time.monotonic() - kept[0] < self._seconds):
            return kept[1]
        asked_at = time.monotonic()
        found = facts_of([key]).get(key, NO_FACTS)
        self._facts[key] = (asked_at, found)
        return found


NO_FACTS = Facts(frozenset(), frozenset())
_known: ContextVar[Known | None] = ContextVar("flag_facts", default=None)


def facts_of(keys: Iterable[UUID]) -> Mapping[UUID, Facts]:
    """Look up many people in one statement. A person who does not exist is left out."""
    user = get_user_model()
    roles = user.groups.through._base_manager.filter(user=OuterRef("pk"))
    organizations = Membership._base_manager.filter(
        user=OuterRef("pk"), organization__deleted_at=None
    )
    rows = user._base_manager.filter(pk__in=list(keys)).values_list(
        "pk",
        ArraySubquery(roles.values("group_id")),
        ArraySubquery(organizations.values("organization_id")),
    )
    return {key: Facts(frozenset(roles), frozenset(found)) for key, roles, found in rows}


@contextmanager
def remembering(known: Known | None = None) -> Iterator[Known]:
    """Look up each person at most once inside the block."""
    found = known or Known()
    token = _known.set(found)
    try:
        yield found
    finally:
        _known.reset(token)


def known_by(request: Any) -> Known | None:
    """Return what has been looked up for this request. Templates may have none."""
    if request is None:
        return None
    known: Known | None = getattr(request, "flag_facts", None)
    if known is None:
        known = request.flag_facts = Known()
    return known


class Person:
    """Answers for a user, for nobody, or for the system; see `Asker`.

    With an `organization`, the answer is about the person as its member: no other organization counts.
    """

    __slots__ = ("_facts", "_known", "_organization", "key", "user")

    def __init__(
        self,
        user: Any,
        *,
        known: Known | None = None,
        facts: Facts | None = None,
        organization: UUID | None = None,
    ) -> None:
        self.user = user
        self.key: UUID | None = user.pk if user is not None and user.is_authenticated else None
        self._known = known
        self._facts = facts
        self._organization = organization

    def _looked_up(self) -> Facts:
        if self._facts is None:
            if self.key is None:
                self._facts = NO_FACTS
            else:
                known = self._known or _known.get() or Known()
                self._facts = known.of(self.key)
        return self._facts

    @property
    def roles(self) -> frozenset[int]:
        return self._looked_up().roles

    @property
    def organizations(self) -> frozenset[UUID]:
        if self._organization is None:
            return self._looked_up().organizations
        return self._looked_up().organizations & {self._organization}
