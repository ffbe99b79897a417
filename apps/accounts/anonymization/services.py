"""Removing a person's data."""

from typing import Any

import pgtrigger
from django.db.models import Model

from apps.accounts import event_kinds
from apps.accounts.anonymization import account_erasure
from apps.accounts.anonymization.person import Person, person_of
from apps.accounts.anonymization.registry import ERASURE_HANDLERS
from apps.accounts.anonymization.text_replacement import remaining, sweep
from apps.accounts.models import User
from apps.audit.events import record_event
from apps.audit.redaction import (
    redact_events,
    redact_labels,
    redact_mentions,
    redact_reasons,
    redact_records,
    redacting,
)
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.holds.selectors import wait_for_holds

PERMISSION = "accounts.anonymize_user"


def user_anonymize(*, user: User, actor: Actor, reason: str) -> dict[str, int]:
    """Remove a person's data; return the counts of what was removed, by name.

    All or nothing, except for files, which are deleted last. E-mails, downloads, logs, and backups
    made before are not reached. Raises `DomainError` if something must happen first.
    """
    require(actor, PERMISSION)
    refuse_limited(actor, "People can belong to any organization.")
    if not reason.strip():
        raise DomainError("A reason is required. It is the only record of why.")
    with acting_as(actor=actor, reason=reason):
        locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        if locked is None:
            raise DomainError("This person no longer exists.")
        if isinstance(actor, User) and actor.pk == locked.pk:
            raise DomainError("You can't remove your own personal data. Ask a colleague.")
        wait_for_holds()
        person = person_of(locked)
        person.reason = reason
        if person.is_named_in(reason):
            raise DomainError(
                "Leave addresses, numbers, and names out of the reason. The reason is kept."
            )
        if obstacles := list(_obstacles(person)):
            raise DomainError(" ".join(obstacles))
        # Read before anything is removed: afterward, nothing tells whose they were.
        records = _records_of(person)
        gone: dict[str, int] = {}
        for holding in (*ERASURE_HANDLERS, account_erasure.OWN):
            gone |= holding.erase(person)
        # Replaces the personal data in a request; the rest of its text stays.
        with pgtrigger.ignore("accounts.ApprovalRequest:says_what_it_said"):
            gone["texts"] = sweep(person.words)
        with redacting(person=locked.pk, reason=reason):
            gone["history"] = redact_records(User, [locked.pk])
            gone["history"] += redact_events(locked.pk)
            gone["history"] += redact_labels(User, [locked.pk])
            gone["history"] += redact_mentions(words=person.words, names=person.names)
            gone["history"] += redact_reasons(records=records, pattern=person.parts_pattern)
        gone["left"] = remaining([*person.words, *person.names])
        gone = {name: number for name, number in gone.items() if number}
        record_event(event_kinds.ANONYMIZATION, actor=actor, target=locked, removed=gone)
        return gone


def _records_of(person: Person) -> dict[type[Model], list[Any]]:
    """Return the keys of the person's own records, including deleted ones."""
    records: dict[type[Model], list[Any]] = {User: [person.user.pk]}
    for holding in ERASURE_HANDLERS:
        records |= holding.records(person)
    return records


def user_anonymization_preview(user: User) -> list[str]:
    """Return sentences about what will be removed, or about why it can't be."""
    person = person_of(user)
    if obstacles := list(_obstacles(person)):
        return obstacles
    return [
        sentence
        for holding in (account_erasure.OWN, *ERASURE_HANDLERS)
        for sentence in holding.preview(person)
    ]


def _obstacles(person: Person) -> list[str]:
    return [
        sentence
        for holding in (account_erasure.OWN, *ERASURE_HANDLERS)
        for sentence in holding.obstacles(person)
    ]
