"""The retention of the trash. Each step is safe to repeat: a killed run is continued by the next."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Q

from apps.bulk.engine.halving import each_or_all
from apps.core.actors import acting_as
from apps.core.models import SoftDeletableModel
from apps.core.queued_mails import mails_queue
from apps.core.trash import moves
from apps.core.trash.proxies import models_with_trash
from apps.core.uuid7 import uuid7
from apps.core.wording import plural
from apps.retention.mails import TRASH_NOTICE
from apps.retention.models import TrashNotice
from apps.retention.selectors import due, roots, to_tell

ACTOR = "retention.empty_trash"
# An organization may have thousands of members.
CHUNK = 200


@transaction.atomic
def trash_announce() -> int:
    """Tell people, once, what they moved to the trash and will soon be deleted for good; return how many.

    Notices and e-mails are written in one transaction.
    """
    if not settings.TRASH_DAYS:
        return 0
    _forget_old_notices()
    batch = uuid7()
    for model in models_with_trash():
        acts = to_tell(model).exclude(trash_id=None).values_list("trash_id", flat=True).distinct()
        sql, params = acts.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO retention_trashnotice (trash_id, batch, told_at) "  # noqa: S608
                f"SELECT act, %s, now() FROM ({sql}) AS found(act) ON CONFLICT DO NOTHING",
                [batch, *params],
            )
    told = TrashNotice.objects.filter(batch=batch).values("trash_id")
    people = {
        person
        for model in models_with_trash()
        for person in roots(model)
        .filter(trash_id__in=told, deleted_by__isnull=False)
        .values_list("deleted_by", flat=True)
        .distinct()
    }
    active = get_user_model()._default_manager.filter(pk__in=people, is_active=True, is_staff=True)
    keys = [str(key) for key in active.values_list("pk", flat=True)]
    mails_queue(
        TRASH_NOTICE,
        {f"{key}:{batch}": {"person": key, "batch": str(batch)} for key in keys},
    )
    return len(keys)


def trash_empty() -> Counter[type[SoftDeletableModel]]:
    """Delete for good what is due, in chunks; return how many records of each model.

    Must not be called inside a transaction.
    """
    done: Counter[type[SoftDeletableModel]] = Counter()
    if not settings.TRASH_DAYS:
        return done
    for model in models_with_trash():
        after: tuple[datetime, UUID] | None = None
        while True:
            after, number = _chunk(model, after)
            done[model] += number
            if after is None:
                break
    return done


def _chunk(
    model: type[SoftDeletableModel], after: tuple[datetime, UUID] | None
) -> tuple[tuple[datetime, UUID] | None, int]:
    """Delete the next records; return the last one looked at, None at the end, and how many went."""
    reason = f"In the trash for {plural(settings.TRASH_DAYS, 'day')}."
    with acting_as(actor=ACTOR, reason=reason):
        rows = due(model)
        if after is not None:
            at, key = after
            rows = rows.filter(Q(deleted_at__gt=at) | Q(deleted_at=at, pk__gt=key))
        # A record that is being restored now is skipped; one that was restored is not found.
        locked = rows.order_by("deleted_at", "pk").select_for_update(skip_locked=True, of=("self",))
        found = list(locked.values_list("deleted_at", "pk")[:CHUNK])
        if not found:
            return None, 0
        keys = [key for _, key in found]
        # What is refused, by a hold that was set meanwhile or a reference, stays in the trash.
        refused = each_or_all(keys, partial(_purge, model))
        return found[-1], len(keys) - len(refused)


def _purge(model: type[SoftDeletableModel], keys: Sequence[UUID]) -> None:
    moves.purge(model.all_objects.filter(pk__in=keys))


def _forget_old_notices() -> None:
    """Delete the notices of what is no longer in the trash."""
    stale = TrashNotice.objects.all()
    for model in models_with_trash():
        there = model.all_objects.in_trash().order_by().values("trash_id")
        stale = stale.exclude(trash_id__in=there.exclude(trash_id=None))
    stale.delete()
