"""The next mail of a subscription before it is saved, made as the mailing will make it."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.middleware.csp import get_nonce
from django.utils import timezone

from apps.core.errors import DomainError, MissingPermission
from apps.reports.admin.mail_preview import shown_html
from apps.reports.models import ReportRecipient, ReportSubscription
from apps.reports.registry import get_report
from apps.reports.services.editions import edition_make, params_due, params_in_words
from apps.reports.services.preparation import edition_key, problem_of
from apps.reports.services.recipients import addressees, find_accounts
from apps.reports.services.timing import read_when

_NEXT_SHOWN = 5


def named_recipients(
    subscription: ReportSubscription, text: str, user: Any
) -> list[ReportRecipient]:
    """Return the people of a list that is not saved. Raises what `addressees` raises."""
    return [
        ReportRecipient(
            subscription=subscription, user=one.user, email="" if one.user else one.email
        )
        for one in addressees(text, user)
    ]


def preview(
    request: HttpRequest, subscription: ReportSubscription, recipients: Sequence[ReportRecipient]
) -> dict[str, Any]:
    """Return what the page shows of the next mail, in the viewer's own rights and scope.

    A preview must not show what only others may see. Raises `MissingPermission` for a viewer who may not
    view the report, and `DomainError` for a bad value or an empty list.
    """
    if not recipients:
        raise DomainError("Name at least one recipient.")
    user: Any = request.user
    definition = get_report(subscription.report)
    if not definition.may_view(user):
        raise MissingPermission(definition.permission)
    find_accounts(recipients)
    own = next((each for each in recipients if each.colleague == user), None)
    reader = own or ReportRecipient(subscription=subscription, user=user)
    times = read_when(subscription.when, subscription.time_zone).after(timezone.now())
    due = list(islice(times, _NEXT_SHOWN))
    next_due = due[0] if due else timezone.now()
    problems = [(recipient, problem_of(definition, recipient)) for recipient in recipients]
    key = edition_key(definition, reader)
    same = [
        each for each, problem in problems if not problem and edition_key(definition, each) == key
    ]
    made = edition_make(
        definition,
        subscription,
        params=params_due(subscription, next_due),
        reader=user,
        key=key,
        recipients=same or [reader],
        with_link=bool(own or recipients[0].colleague),
        even_if_skipped=True,
    )
    if made.content is None:
        raise ValueError("A preview always has a mail.")
    return {
        "subscription": subscription,
        "due": due,
        "params": params_in_words(subscription, next_due),
        "left_out": [(each.address, problem) for each, problem in problems if problem],
        "count": sum(not problem for _, problem in problems),
        "content": made.content,
        "mail_html": shown_html(made.content, get_nonce(request)),
        "mail_text": made.content.text,
        "skipped": made.skipped,
    }
