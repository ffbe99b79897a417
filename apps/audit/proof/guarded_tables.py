"""The tables that the verification checks: audited ones, their histories, and the audit app's own."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from apps.audit.history import audited


@dataclass(frozen=True)
class Guarded:
    """A table, and the model that declares it."""

    name: str
    model: type[models.Model]


def guarded_tables() -> list[Guarded]:
    """Return every guarded table, by name."""
    own: list[Any] = list(apps.get_app_config("audit").get_models())
    found = [model for each in audited for model in (each.model, each.history_model)]
    tables = {
        model._meta.db_table: model
        for model in (*found, *own)
        if model._meta.managed and not model._meta.proxy
    }
    return [Guarded(name, tables[name]) for name in sorted(tables)]


def guarded_names() -> list[str]:
    return [table.name for table in guarded_tables()]
