"""The options of simple-history's `HistoricalRecords` that our `History` refuses, and alternatives."""

from collections.abc import Iterable

# Options that only the disabled signal handlers support, or that triggers cannot support.
UNSUPPORTED = {
    "cascade_delete_history": "The history outlives its record. Remove the option.",
    "get_user": "The user comes from audit_context(actor=…). Remove the option.",
    "history_id_field": "A history_id is a position that all histories share. Remove the option.",
    "history_user_getter": "The user comes from audit_context(actor=…). Remove the option.",
    "history_user_id_field": "The user comes from audit_context(actor=…). Remove the option.",
    "history_user_setter": "The user comes from audit_context(actor=…). Remove the option.",
    "m2m_bases": "Audit the table of the relation: audit_model(Model.field.through, app=…).",
    "m2m_fields": "Audit the table of the relation: audit_model(Model.field.through, app=…).",
    "use_base_model_db": "There is one database. Remove the option.",
    "user_model": "The user is AUTH_USER_MODEL. Remove the option.",
}


def refuse_options(given: Iterable[str]) -> None:
    """Raise TypeError for an option that would be ignored."""
    for option in given:
        if option in UNSUPPORTED:
            raise TypeError(f"History() does not take {option}. {UNSUPPORTED[option]}")
