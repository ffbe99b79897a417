"""What the page of a subscription adds to its form: the report's parameters, and the next mail."""

from typing import Any

from django.forms import ModelForm
from django.http import HttpRequest

from apps.core.errors import DomainError
from apps.reports.admin.param_fields import posted_params, subscription_fields, without_params
from apps.reports.admin.preview import preview
from apps.reports.models import ReportSubscription
from apps.reports.registry import ReportDefinition, get_report
from apps.reports.services import subscription_draft, subscription_update
from apps.reports.services.editions import asked_params


def _definition(subscription: ReportSubscription | None) -> ReportDefinition | None:
    try:
        return get_report(subscription.report) if subscription else None
    except DomainError:
        # The report is gone, and its subscription can only be stopped.
        return None


def param_fields(subscription: ReportSubscription | None) -> dict[str, Any]:
    definition = _definition(subscription)
    if definition is None or subscription is None:
        return {}
    return subscription_fields(definition, asked_params(subscription))


def _draft(stored: ReportSubscription, cleaned: dict[str, Any]) -> ReportSubscription:
    """Return the subscription as a form says it; it is not saved."""
    names = ("format", "when", "time_zone", "skips_empty", "skips_unchanged")
    draft = subscription_draft(
        report=stored.report,
        params={**asked_params(stored), **posted_params(cleaned)},
        owner=stored.owner,
        **{name: cleaned.get(name, getattr(stored, name)) for name in names},
    )
    # So that it is compared with what the list got last.
    draft.pk = stored.pk
    return draft


def update(**changes: Any) -> ReportSubscription:
    """Pass a form's changes on: its fields of the report's parameters are one value of the service."""
    given = without_params(changes)
    if posted := posted_params(changes):
        given["params"] = posted
    return subscription_update(**given)


def next_mail(
    request: HttpRequest, subscription: ReportSubscription, form: ModelForm
) -> dict[str, Any]:
    """Return what the page of the next mail shows: the mail as the form says it, or what is wrong with that."""
    shown, problem = None, ""
    try:
        if form.is_valid():
            people = subscription.recipients.active().select_related("user")
            shown = preview(request, _draft(subscription, form.cleaned_data), list(people))
    except DomainError as refusal:
        problem = refusal.message
    return {"form": form, "problem": problem, "shown": shown}
