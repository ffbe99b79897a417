"""Who asks: a person with their roles and organizations, which are looked up at most once per request."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

# A task may run for an hour. What it knows of a person counts for as long as any verdict may be old.
TASK_SECONDS = 1.0


class Facts(NamedTuple):
    """A person's keys of roles, and of organizations that are not in the trash, as numbers."""

    roles: frozenset[int]
    organizations: frozenset[int]


class Known:
    """What a request or a task has looked up. A request keeps it to its end, a task for `seconds`."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._facts: dict[Any, tuple[float, Facts]] = {}
        self._people: dict[int, Person] = {}

    def of(self, key: UUID) -> Facts:
        kept = self._facts.get(key)
        if kept and (self._seconds is None or time.monotonic() - kept[0] < self._seconds):
            return kept[1]
        asked_at = time.monotonic()
        found = facts_of([key]).get(key, NO_FACTS)
        self._facts[key] = (asked_at, found)
        return found

    def person(self, user: Any) -> "Person":
        """Return the person for a user object of this request; it is made once."""
        person = self._people.get(id(user))
        if person is None:
            if self._seconds is not None:
                return Person(user, known=self)
            # The person refers to the user, so the identity stays its own.
            person = self._people[id(user)] = Person(user, known=self)
        return person


NO_FACTS = Facts(frozenset(), frozenset())
_known: ContextVar[Known | None] = ContextVar("flag_facts", default=None)


# One row for each role and each organization: a join of both would multiply them.
_FACTS = """
    SELECT user_id, group_id, NULL::uuid FROM accounts_user_groups WHERE user_id = ANY(%(keys)s)
    UNION ALL
    SELECT m.user_id, NULL, m.organization_id
    FROM organizations_membership m JOIN organizations_organization o ON o.id = m.organization_id
    WHERE m.user_id = ANY(%(keys)s) AND o.deleted_at IS NULL
"""


def facts_of(keys: Iterable[UUID]) -> Mapping[UUID, Facts]:
    """Look up many people in one statement. A person without role and organization is left out."""
    roles: dict[UUID, set[int]] = {}
    organizations: dict[UUID, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"keys": list(keys)})
        for key, role, organization in cursor:
            if role is None:
                organizations.setdefault(key, set()).add(organization.int)
            else:
                roles.setdefault(key, set()).add(role)
    return {
        key: Facts(frozenset(roles.get(key, ())), frozenset(organizations.get(key, ())))
        for key in {*roles, *organizations}
    }


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
        is_somebody = user is not None and user.is_authenticated
        self.key: int | None = user.pk.int if is_somebody else None
        self._known = known
        self._facts = facts
        self._organization = None if organization is None else organization.int

    def _looked_up(self) -> Facts:
        if self._facts is None:
            if self.key is None:
                self._facts = NO_FACTS
            else:
                known = self._known or _known.get() or Known()
                self._facts = known.of(self.user.pk)
        return self._facts

    @property
    def roles(self) -> frozenset[int]:
        return (self._facts or self._looked_up()).roles

    @property
    def organizations(self) -> frozenset[int]:
        organizations = (self._facts or self._looked_up()).organizations
        return organizations if self._organization is None else organizations & {self._organization}
