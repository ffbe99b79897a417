"""Setting and lifting a legal hold."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.core.model_meta import concrete_model
from apps.holds import event_kinds
from apps.holds.guarded import is_guarded
from apps.holds.models import LegalHold
from apps.holds.triggers import LOCK


def legal_hold_set(*, record: Model, reason: str, actor: Actor) -> LegalHold:
    """Hold a record in the scope of `actor`. Waits for deletions that are under way."""
    require(actor, "holds.set_legalhold")
    user = _person(actor)
    if not is_guarded(type(record)):
        raise DomainError(f"A {record._meta.verbose_name} can't be put under legal hold.")
    with acting_as(actor=actor, reason=reason), refusals_in_words():
        # Before the record is looked for: a deletion that holds the shared lock ends first.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        model = concrete_model(record)
        rows: Any = getattr(model, "all_objects", model._default_manager)
        found = rows.for_actor(actor).filter(pk=record.pk).first()
        if found is None:
            raise DomainError("This record no longer exists, or is outside your scope.")
        hold = LegalHold.objects.create(
            subject_type=model._meta.label,
            subject_id=found.pk,
            reason=_given(reason),
            set_by=user,
        )
        record_event(event_kinds.HOLD_SET, target=found)
        return hold


def legal_hold_lift(*, hold: LegalHold, reason: str, actor: Actor) -> None:
    """Lift a hold on a record in the scope of `actor`."""
    require(actor, "holds.lift_legalhold")
    user = _person(actor)
    with acting_as(actor=actor, reason=reason):
        rows = LegalHold.objects.for_actor(actor).select_for_update(of=("self",))
        locked = rows.filter(pk=hold.pk).first()
        if locked is None:
            raise DomainError("This legal hold is outside your scope.")
        if not locked.is_active:
            raise DomainError("This legal hold is already lifted.")
        locked.lifted_at, locked.lifted_by = timezone.now(), user
        locked.lift_reason = _given(reason)
        locked.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        if (subject := locked.subject) is not None:
            record_event(event_kinds.HOLD_LIFTED, target=subject)


def _given(reason: str) -> str:
    if not reason.strip():
        raise DomainError("A reason is required.")
    return reason.strip()


def _person(actor: Actor) -> Any:
    if not isinstance(actor, get_user_model()):
        raise DomainError("Only a person can set or lift a legal hold.")
    return actor
