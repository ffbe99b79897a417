"""Our own nouns for third parties' models: "scheduled task" where celery-beat says "periodic task".

The model's migrations belong to the third party and keep what it wrote: they are made from what the
class was declared with, and not from what is said here.
"""

from typing import Any

from django.db.models import Model


def name_model(model: type[Model], one: str, many: str) -> None:
    options: Any = model._meta
    options.verbose_name, options.verbose_name_plural = one, many


def name_fields(model: type[Model], **names: str) -> None:
    for field, name in names.items():
        described: Any = model._meta.get_field(field)
        described.verbose_name = name
