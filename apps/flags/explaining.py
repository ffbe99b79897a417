"""Answers “why is this flag on for this person?”, for now and for a past moment."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.core.errors import DomainError
from apps.flags.evaluation.askers import NO_FACTS, Person
from apps.flags.evaluation.current import current
from apps.flags.evaluation.explanation import Explanation, explain
from apps.flags.evaluation.past import person_at, snapshot_at
from apps.flags.evaluation.verdicts import without_row
from apps.organizations.models import Organization


def flag_explain(
    *, name: str, user: Any, organization: Organization | None = None, at: datetime | None = None
) -> Explanation:
    """Explain the verdict for a person (None: the system), as a member of `organization` alone if one is given.

    Raises `DomainError` for a moment to come, or from before the person's or the flag's history.
    """
    key = organization.pk if organization else None
    if at is None:
        default = without_row("flag", name)
        return explain(name, Person(user, organization=key), current(), default=default)
    if at > timezone.now():
        raise DomainError("This moment has not come yet. Choose one in the past.")
    snapshot = snapshot_at(at)
    if name not in snapshot.flags:
        raise DomainError(f"The flag “{name}” has no history at {at:%Y-%m-%d %H:%M %Z}.")
    if user is None:
        return explain(name, Person(None, facts=NO_FACTS), snapshot)
    found = person_at(user, at)
    if found is None:
        raise DomainError(f"{user} has no history at {at:%Y-%m-%d %H:%M %Z}.")
    person, facts = found
    return explain(name, Person(person, facts=facts, organization=key), snapshot)
