"""System checks for documented features of simple-history that would be lost silently.

Its signal handlers are off (`SIMPLE_HISTORY_ENABLED`), because triggers write the history.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.apps.config import AppConfig
from django.core import checks
from django.db.models import Model
from simple_history import signals
from simple_history.admin import SimpleHistoryAdmin

from apps.audit.history import audited
from apps.audit.timeline.history_scope import scope_fields
from apps.audit.timeline.models import history_models
from apps.audit.timeline.registry import never_reverted, reversions
from apps.core.checks.scope_hint import scope_hint
from apps.core.discovery import full_site
from apps.core.scope import is_unscoped

_SIGNALS = (
    "pre_create_historical_record",
    "post_create_historical_record",
    "pre_create_historical_m2m_records",
    "post_create_historical_m2m_records",
)


@checks.register(checks.Tags.models)
def check_histories(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[checks.CheckMessage]:
    return [*_histories_without_triggers(), *_receivers_never_called()]


@checks.register(checks.Tags.admin)
def check_history_pages(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[checks.CheckMessage]:
    return [
        *_undeclared_histories(),
        *_undeclared_reverts(),
        *_fields_without_revert(),
        *_simple_history_admins(),
    ]


def _undeclared_histories() -> Iterator[checks.CheckMessage]:
    for model in history_models():
        fields = scope_fields(model)
        if not fields and not is_unscoped(model):
            yield checks.Error(
                f"{model._meta.label} does not say whose scope its history belongs to, so limited users read "
                "nothing of it.",
                hint=_hint(model),
                obj=model,
                id="audit.E004",
            )
        for name in fields:
            if "__" in name:
                yield checks.Error(
                    f"{model._meta.label} is scoped by “{name}”, which its history does not have.",
                    hint="Name a field of the model itself, with the keys that a user sees of it.",
                    obj=model,
                    id="audit.E007",
                )


def _hint(model: type[Model]) -> str:
    if not model._meta.auto_created:
        return scope_hint(model)
    return "Call timeline_scope(<table>, <field>=<function>) in the app's timeline.py."


def _undeclared_reverts() -> Iterator[checks.CheckMessage]:
    # The admin is loaded with its pages, but this module with every process.
    from apps.audit.admin.timeline import TimelineMixin

    for model, admin in full_site()._registry.items():
        concrete: Any = model._meta.concrete_model
        is_declared = concrete in {*reversions, *never_reverted}
        # What is in the trash is not reverted; its proxy has nothing to declare.
        if is_declared or model._meta.proxy or not isinstance(admin, TimelineMixin):
            continue
        yield checks.Error(
            f"{model._meta.label} has a timeline, and does not say which fields can be reverted.",
            hint=f"Write timeline_reverts({model.__name__}, <fields>) or timeline_never_reverts({model.__name__}, "
            "because=…) in the app's timeline.py.",
            obj=model,
            id="audit.E005",
        )


def _fields_without_revert() -> Iterator[checks.CheckMessage]:
    """Find what a form changes and a revert would silently leave; a service says so by its arguments."""
    # The admin is loaded with its pages, but this module with every process.
    from apps.core.admin.form_fields import edited_fields

    for model, admin in full_site()._registry.items():
        rule = reversions.get(model)
        if rule is None or rule.by is not None:
            continue
        for field in edited_fields(admin, is_new=False):
            if field not in rule.fields:
                yield checks.Error(
                    f"The form of {model._meta.label} changes “{field}”, and a revert would leave it.",
                    hint=f'Add "{field}" to timeline_reverts({model.__name__}, …) in the app\'s timeline.py.',
                    obj=model,
                    id="audit.E006",
                )


def _simple_history_admins() -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"{type(admin).__name__} is a SimpleHistoryAdmin, whose history form saves for people who may "
            "only view.",
            hint="Put apps.audit's TimelineMixin in front of the base class instead.",
            obj=model,
            id="audit.E003",
        )
        for model, admin in full_site()._registry.items()
        if isinstance(admin, SimpleHistoryAdmin)
    ]


def _histories_without_triggers() -> Iterator[checks.CheckMessage]:
    written = {each.model for each in audited}
    for model in apps.get_models():
        if hasattr(model._meta, "simple_history_manager_attribute") and model not in written:
            yield checks.Error(
                "The model has a history that no trigger writes: it stays empty.",
                hint="Use History() of apps.audit.history in place of HistoricalRecords(), and audit_model() "
                "in place of register().",
                obj=model,
                id="audit.E001",
            )


def _receivers_never_called() -> Iterator[checks.CheckMessage]:
    for name in _SIGNALS:
        if getattr(signals, name).receivers:
            yield checks.Error(
                f"A receiver is connected to {name}, which is never sent: triggers write the history.",
                hint="Do it in the service that changes the record.",
                id="audit.E002",
            )
