"""The page on which a report is subscribed to: who gets it, when, and how; with the mail beforehand."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest
from django.middleware.csp import get_nonce
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.reports.admin.mail_preview import shown_html
from apps.reports.admin.param_fields import subscription_field
from apps.reports.mail_content import mail_content
from apps.reports.models import ReportRecipient, ReportSubscription
from apps.reports.registry import ReportDefinition
from apps.reports.services import subscription_draft
from apps.reports.services.preparation import asked_params, problem_of
from apps.reports.services.recipients import addressees
from apps.reports.services.timing import read_when

_NEXT_SHOWN = 5
_PARAM = "param_"


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
        fields = {f"{_PARAM}{param.name}": subscription_field(param) for param in definition.params}
        self.fields = {**fields, **self.fields}

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        data = dict(self.cleaned_data)
        params = {
            name.removeprefix(_PARAM): str(data.pop(name))
            for name in list(data)
            if name.startswith(_PARAM)
        }
        data.pop("recipients")
        return {"report": self.definition.name, "params": params, **data}


def first_values(user: User) -> dict[str, Any]:
    blank = ReportSubscription()
    return {
        "recipients": user.email,
        "when": blank.when,
        "time_zone": blank.time_zone,
        "format": blank.format,
    }


def preview(request: HttpRequest, definition: ReportDefinition, form: SubscribeForm) -> Any:
    """Return what the page shows of the mail: the one that the first recipient would get now.

    Raises `DomainError` for a bad value, and `MissingPermission`.
    """
    user: Any = request.user
    subscription = subscription_draft(owner=user, **form.values())
    found = addressees(form.cleaned_data["recipients"], user)
    if not found:
        raise DomainError("Name at least one recipient.")
    recipients = [
        ReportRecipient(
            subscription=subscription, user=one.user, email="" if one.user else one.email
        )
        for one in found
    ]
    problems = [(recipient, problem_of(definition, recipient)) for recipient in recipients]
    times = read_when(subscription.when, subscription.time_zone).after(timezone.now())
    shown = {
        "subscription": subscription,
        "due": [moment for moment, _ in zip(times, range(_NEXT_SHOWN), strict=False)],
        "left_out": [(each.address, problem) for each, problem in problems if problem],
        "count": sum(not problem for _, problem in problems),
    }
    return {**shown, **_mail(request, definition, subscription, recipients, user)}


def _mail(
    request: HttpRequest,
    definition: ReportDefinition,
    subscription: ReportSubscription,
    recipients: list[ReportRecipient],
    user: User,
) -> dict[str, Any]:
    """Return the mail in the viewer's own scope: a preview must not show what only others may see."""
    result = definition.run(asked_params(subscription), user)
    has_account = any(each.user_id == user.pk for each in recipients) or bool(recipients[0].user)
    content = mail_content(definition, result, subscription, with_link=has_account)
    return {
        "content": content,
        "mail_html": shown_html(content, get_nonce(request)),
        "mail_text": content.text,
        "is_skipped": subscription.skips_empty and result.is_empty,
    }
