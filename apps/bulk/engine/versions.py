"""The version of a record: a digest of the values that its history keeps."""

from typing import Any

from django.db.models import BigIntegerField, F, Func, Model, TextField, Value

from apps.core.model_meta import concrete_model


def version_of(model: type[Model]) -> Func:
    """Return the expression of a record's version.

    What the history leaves out (a last sign-in) is no change. A record that was changed and changed back
    has its old version again.
    """
    names = [F(name) for name in _watched(model)]
    row = Func(*names, function="ROW", output_field=TextField())
    return Func(row, Value(0), function="hash_record_extended", output_field=BigIntegerField())


def _watched(model: type[Model]) -> list[str]:
    fields: Any = concrete_model(model)._meta.concrete_fields
    history: Any = getattr(model, "history", None)
    kept = {field.name for field in history.model.tracked_fields} if history else None
    return [
        field.attname
        for field in fields
        if not field.generated and (kept is None or field.name in kept)
    ]
