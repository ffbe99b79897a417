"""Which records are kept by a legal hold."""

from typing import Any

from django.db import connection
from django.db.models import Model, Q

from apps.core.model_meta import concrete_model
from apps.holds.guarded import guarded_belongings, holding_paths, is_guarded
from apps.holds.models import LegalHold
from apps.holds.triggers import LOCK

HELD = (
    "It is under legal hold, or belongs to a record that is, or contains one. It can't be deleted "
    "for good until the hold is lifted."
)


def holding(model: type[Model]) -> Q:
    """Return the condition for the records of `model` that are held, or belong to what is held."""
    subjects: Any = LegalHold.objects.active().order_by().values("subject_id")
    found = Q(pk__in=subjects)
    for path in holding_paths(concrete_model(model)):
        found |= Q(**{f"{path}__in": subjects})
    return found


def is_held(model: type[Model]) -> Q:
    """Return the condition for the records of `model` that nobody may delete for good.

    They are held themselves, belong to what is held, or contain what is held. Holds are few, so that
    their records are collected first.
    """
    subjects: Any = LegalHold.objects.active().order_by().values("subject_id")
    model = concrete_model(model)
    found = holding(model)
    for child, name in guarded_belongings(model):
        rows = child._base_manager.order_by()
        for path in {"pk", *holding_paths(child)} - {name}:
            found |= Q(pk__in=rows.filter(**{f"{path}__in": subjects}).values(name))
    return found


def wait_for_holds() -> None:
    """Let no hold be set until the commit, as the triggers of deletions do by themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def any_hold() -> bool:
    """Tell whether any record is under legal hold; nearly always nothing is."""
    return LegalHold.objects.active().exists()


def holds_on(record: Model) -> list[LegalHold]:
    """Return the holds on a record itself, and on what it belongs to."""
    if not is_guarded(type(record)):
        return []
    keys = [record.pk]
    for path in holding_paths(concrete_model(record)):
        above: Any = record
        *names, last = path.split("__")
        for name in names:
            above = getattr(above, name)
        keys.append(getattr(above, f"{last}_id"))
    found = LegalHold.objects.active().filter(subject_id__in=keys).select_related("set_by")
    return list(found)


def own_hold(record: Model) -> LegalHold | None:
    return LegalHold.objects.active().filter(subject_id=record.pk).first()
