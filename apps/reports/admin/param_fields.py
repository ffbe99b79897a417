"""The form fields of a report's parameters."""

from collections.abc import Iterable, Mapping

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.reports.params import Param


def param_field(param: Param, value: str = "") -> forms.Field:
    """Return the field of a parameter on a report's page, with `value` chosen."""
    if param.choices is None:
        return forms.IntegerField(
            label=param.label, initial=value, widget=UnfoldAdminIntegerFieldWidget
        )
    choices = list(param.choices())
    if value and value not in dict(choices):
        choices.insert(0, (value, value))
    return _select(param, choices, value)


def subscription_field(param: Param, value: str = "") -> forms.Field:
    """Return the field of a parameter in a subscription: a token, resolved at each mailing, where
    the parameter has some.
    """
    if not param.tokens:
        return param_field(param, value or param.default())
    return _select(param, list(param.tokens.items()), value or param.default_of_mail())


def params_form(params: Iterable[Param], values: Mapping[str, str]) -> forms.Form:
    """Return the form of a report's page; `values` are those of the report that is shown."""
    form = forms.Form()
    form.fields.update({param.name: param_field(param, values[param.name]) for param in params})
    return form


def _select(param: Param, choices: list[tuple[str, str]], value: str) -> forms.Field:
    return forms.ChoiceField(
        label=param.label, choices=choices, initial=value, widget=UnfoldAdminSelectWidget
    )
