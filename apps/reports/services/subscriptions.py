"""Subscribes to and unsubscribes from reports."""

from django.db import transaction

from apps.accounts.models import User
from apps.core.actors import Actor, acting_as, require
from apps.reports.models import ReportSubscription
from apps.reports.querysets import ReportSubscriptionQuerySet
from apps.reports.registry import get_report


@transaction.atomic
def report_subscribe(*, report: str, actor: User) -> bool:
    """Mail `report` to `actor` from now on; return whether that is new.

    Raises `MissingPermission`, and `DomainError` where there is no such report.
    """
    require(actor, "reports.subscribe_report", get_report(report).permission)
    subscription, is_new = ReportSubscription.objects.select_for_update().get_or_create(
        user=actor, report=report
    )
    if is_new or subscription.enabled:
        return is_new
    subscription.enabled = True
    subscription.save(update_fields=["enabled"])
    return True


@transaction.atomic
def report_unsubscribe(*, report: str, actor: User) -> bool:
    """Mail `report` to `actor` no more; return whether it was mailed. Asks for no permission."""
    found = ReportSubscription.objects.filter(user=actor, report=report, enabled=True)
    return bool(found.update(enabled=False))


def subscriptions_stop(
    *, subscriptions: ReportSubscriptionQuerySet, actor: Actor, reason: str = ""
) -> int:
    """Mail these reports to these people no more; return how many were mailed until now."""
    require(actor, "reports.change_reportsubscription")
    with acting_as(actor=actor, reason=reason):
        return subscriptions.for_actor(actor).filter(enabled=True).update(enabled=False)
