"""What a mailing says to the readers of one scope. A preview is made here as well, so that it shows the mail itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.reports.mail_content import MailContent, mail_content
from apps.reports.models import (
    ReportDelivery,
    ReportEdition,
    ReportRecipient,
    ReportSubscription,
)
from apps.reports.registry import ReportDefinition, get_report
from apps.reports.results import ReportResult


@dataclass(frozen=True)
class MadeEdition:
    """The result and its mail; `skipped` says why it is not sent, and then no mail is made.

    `recipients` are the people of the scope who have something to get.
    """

    result: ReportResult
    content: MailContent | None
    recipients: Sequence[ReportRecipient]
    skipped: str = ""


def asked_params(subscription: ReportSubscription) -> dict[str, str]:
    """Return a subscription's parameters with their tokens; where it names none, those of a mailing."""
    definition = get_report(subscription.report)
    return {
        **{param.name: param.default_of_mail() for param in definition.params},
        **{name: str(value) for name, value in subscription.params.items()},
    }


def day_of(subscription: ReportSubscription, due_at: datetime) -> date:
    """Return the day of a due time in the subscription's time zone, which its tokens are read on."""
    return timezone.localdate(due_at, ZoneInfo(subscription.time_zone))


def params_due(subscription: ReportSubscription, due_at: datetime) -> dict[str, str]:
    """Return the parameters of a due time: "last" is the week before it, however late it is mailed."""
    definition = get_report(subscription.report)
    values = definition.parse(asked_params(subscription), day_of(subscription, due_at))
    return {name: str(value) for name, value in values.items()}


def params_in_words(subscription: ReportSubscription, due_at: datetime) -> list[tuple[str, str]]:
    """Return the label of each parameter, and what it means for the mail of a due time."""
    asked, day = asked_params(subscription), day_of(subscription, due_at)
    return [
        (param.label, param.in_words(asked[param.name], day))
        for param in get_report(subscription.report).params
    ]


def edition_make(
    definition: ReportDefinition,
    subscription: ReportSubscription,
    *,
    params: dict[str, str],
    reader: Any,
    key: str,
    recipients: Sequence[ReportRecipient],
    with_link: bool,
    even_if_skipped: bool = False,
) -> MadeEdition:
    """Return the mail in the rights and scope of `reader`; `key` is that of the scope of `recipients`."""
    result = definition.run(params, reader)
    earlier = _of_same_params(definition, last_edition(subscription, key), params)
    skipped = ""
    if subscription.skips_empty and result.is_empty:
        skipped = "There was nothing to report."
    elif subscription.skips_unchanged:
        recipients = _with_news(recipients, result.digest())
        if not recipients:
            skipped = "Nothing had changed since the last mail."
    content = None
    if not skipped or even_if_skipped:
        content = mail_content(
            definition, result, subscription, earlier=earlier, with_link=with_link
        )
    return MadeEdition(result, content, recipients, skipped)


def _with_news(recipients: Sequence[ReportRecipient], digest: str) -> list[ReportRecipient]:
    """Return the recipients whose own last mail said something else, or who got none yet.

    Their scope may have changed, and a mail of others in their new scope told them nothing. A mail
    that was refused told nobody anything either.
    """
    got = ReportDelivery.objects.filter(recipient__in=[one.pk for one in recipients])
    last = (
        got.exclude(state=ReportDelivery.State.REFUSED)
        .order_by("recipient", "-mailing__due_at")
        .distinct("recipient")
        .values_list("recipient", "edition__digest")
    )
    known = dict(last)
    return [one for one in recipients if known.get(one.pk) != digest]


def _of_same_params(
    definition: ReportDefinition, edition: ReportEdition | None, params: dict[str, str]
) -> ReportEdition | None:
    """Return an edition that has the same parameters, apart from the period; None for any other."""
    names = [param.name for param in definition.params if not param.is_period]
    if edition is None or any(edition.mailing.params.get(n) != params[n] for n in names):
        return None
    return edition


def last_edition(subscription: ReportSubscription, key: str) -> ReportEdition | None:
    """Return what the readers of a scope were sent last."""
    sent = ReportEdition.objects.filter(mailing__subscription=subscription.pk, scope_key=key)
    return sent.select_related("mailing").order_by("-mailing__due_at").first()
