"""Events that change no record: sign-ins, exports, refusals."""

from contextlib import nullcontext

from django.contrib.contenttypes.models import ContentType
from django.db import models

from apps.audit.context import audit_context
from apps.audit.kinds import event_kind
from apps.audit.models import Event
from apps.core.actors import Actor


def record_event(
    kind: str, *, actor: Actor = None, target: models.Model | None = None, **data: object
) -> Event:
    """Write one event to the audit log, with the actor and the reason of the current context.

    `kind` is a constant of an app's `event_kinds.py`; an unknown code raises LookupError. `target`
    is the record that it is about, if any; `data` must fit JSON. An event is part of the current
    transaction: a rollback removes it.
    """
    with audit_context(actor=actor) if actor is not None else nullcontext():
        return Event.objects.create(
            kind=str(event_kind(kind)),
            target_type=ContentType.objects.get_for_model(target) if target else None,
            target_pk=str(target.pk) if target else "",
            target_label=str(target) if target else "",
            data=data,
        )
