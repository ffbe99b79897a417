"""The form fields of a report's parameters."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.core.errors import DomainError
from apps.reports.params import Param
from apps.reports.registry import ReportDefinition

_PREFIX = "param_"


def param_field(param: Param, value: str = "") -> forms.Field:
    """Return the field of a parameter on a report's page, with `value` chosen."""
    if param.choices is None:
        return _number(param, value)
    return _select(param, list(param.choices()), value)


def subscription_fields(
    definition: ReportDefinition, values: Mapping[str, str] | None = None
) -> dict[str, forms.Field]:
    """Return the fields of a report's parameters in a subscription, by their names in the form.

    A parameter with tokens offers these, which are read on the day of each mail.
    """
    given = values or {}
    return {
        f"{_PREFIX}{param.name}": _subscription_field(
            param, given.get(param.name) or param.default_of_mail()
        )
        for param in definition.params
        if not param.is_of_link
    }


def posted_params(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters among the values of a form."""
    return {
        name.removeprefix(_PREFIX): str(value)
        for name, value in cleaned.items()
        if name.startswith(_PREFIX)
    }


def without_params(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cleaned.items() if not name.startswith(_PREFIX)}


def params_form(params: Iterable[Param], values: Mapping[str, str]) -> forms.Form:
    """Return the form of a report's page; `values` are those of the report that is shown."""
    form = forms.Form()
    form.fields.update(
        {
            param.name: param_field(param, values[param.name])
            for param in params
            if values[param.name] or not param.is_of_link
        }
    )
    return form


def _subscription_field(param: Param, value: str) -> forms.Field:
    if not param.tokens:
        return param_field(param, value)
    return _select(param, [(name, token.label) for name, token in param.tokens.items()], value)


def _number(param: Param, value: str) -> forms.Field:
    least, most = param.bounds or (None, None)
    return forms.IntegerField(
        label=param.label,
        initial=value,
        min_value=least,
        max_value=most,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={
            kind: f"Give a whole number from {least:,} to {most:,}."
            for kind in ("invalid", "min_value", "max_value")
            if least is not None and most is not None
        },
    )


def _select(param: Param, choices: list[tuple[str, str]], value: str) -> forms.Field:
    if value and value not in dict(choices):
        choices.insert(0, (value, _label(param, value)))
    return forms.ChoiceField(
        label=param.label, choices=choices, initial=value, widget=UnfoldAdminSelectWidget
    )


def _label(param: Param, value: str) -> str:
    """Return what a value means that is none of those offered; itself where it is no longer understood."""
    try:
        return param.in_words(value, timezone.localdate())
    except DomainError:
        return value
