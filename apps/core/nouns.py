"""Our own nouns for third parties' models: "schedule", where celery-beat says "periodic task".

The model's migrations belong to the third party and keep its words: migrations are made from the
declaration of the class, and not from what is set here.
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
