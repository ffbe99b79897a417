"""The form with which a report is subscribed to: who gets it, when, and how."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.accounts.models import User
from apps.reports.admin.param_fields import posted_params, subscription_fields, without_params
from apps.reports.models import ReportSubscription
from apps.reports.registry import ReportDefinition


class SubscribeForm(forms.Form):
    """The settings of a subscription. The fields of the report's parameters come first."""

    recipients = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="E-mail addresses, one per line: colleagues, or addresses of an allowed domain.",
    )
    when = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Such as “Mondays at 07:00”, “daily at 06:30”, or “on the 1st of each month at 06:00”.",
    )
    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        widget=UnfoldAdminSelectWidget,
    )
    format = forms.ChoiceField(
        label="Attached file",
        choices=ReportSubscription.Format.choices,
        widget=UnfoldAdminSelectWidget,
    )
    skips_empty = forms.BooleanField(
        label="Only when there is something", required=False, widget=UnfoldBooleanWidget
    )
    skips_unchanged = forms.BooleanField(
        label="Only when it changed", required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, definition: ReportDefinition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.fields = {**subscription_fields(definition), **self.fields}

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        data = without_params(self.cleaned_data)
        data.pop("recipients")
        return {
            "report": self.definition.name,
            "params": posted_params(self.cleaned_data),
            **data,
        }


def first_values(user: User) -> dict[str, Any]:
    blank = ReportSubscription()
    return {
        "recipients": user.email,
        "when": blank.when,
        "time_zone": blank.time_zone,
        "format": blank.format,
    }
