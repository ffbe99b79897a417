"""Subscribes to reports, changes subscriptions, and ends them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.reports.models import ReportRecipient, ReportSubscription
from apps.reports.querysets import ReportSubscriptionQuerySet
from apps.reports.registry import get_report
from apps.reports.services.editions import asked_params
from apps.reports.services.permissions import SUBSCRIBE, may_manage, may_manage_all
from apps.reports.services.recipients import Addressee, addressees, recipients_write
from apps.reports.services.timing import (
    next_due,
    read_when,
    refuse_too_often,
    start_counting,
)


def subscription_draft(
    *,
    report: str,
    params: Mapping[str, str],
    format: str,
    when: str,
    time_zone: str,
    skips_empty: bool,
    skips_unchanged: bool,
    owner: User,
) -> ReportSubscription:
    """Return a subscription that is not saved, for a preview. Raises `DomainError` for a bad value."""
    definition = get_report(report)
    require(owner, SUBSCRIBE, definition.permission)
    definition.parse(params)
    if format not in ReportSubscription.Format.values:
        known = ", ".join(ReportSubscription.Format.values)
        raise DomainError(f"Unknown format “{format}”. Available: {known}.")
    subscription = ReportSubscription(
        report=report,
        params=dict(params),
        format=format,
        when=read_when(when, time_zone).words,
        time_zone=time_zone,
        skips_empty=skips_empty,
        skips_unchanged=skips_unchanged,
        owner=owner,
    )
    refuse_too_often(subscription)
    start_counting(subscription)
    if subscription.next_due_at is None:
        raise DomainError(f"“{when}” is over: it would never be mailed. Give a time to come.")
    return subscription


def subscription_create(
    *, recipients: str, actor: User, reason: str = "", **values: Any
) -> ReportSubscription:
    """Mail a report to people at certain times; return the subscription.

    `recipients` are e-mail addresses, `values` those of `subscription_draft`. Raises
    `MissingPermission`, and `DomainError` for a bad value or a person who cannot get it.
    """
    subscription = subscription_draft(owner=actor, **values)
    found = addressees(recipients, actor)
    if not found:
        raise DomainError("Name at least one recipient.")
    with acting_as(actor=actor, reason=reason):
        subscription.save(force_insert=True)
        recipients_write(subscription, found, actor)
    return subscription


@transaction.atomic
def subscription_update(
    *, subscription: ReportSubscription, actor: Actor, reason: str = "", **changes: Any
) -> ReportSubscription:
    """Change when or how a report is mailed. What was due before the change is not mailed later.

    `params` has the parameters that change; the others stay. Tokens such as "last" are kept as such.

    Raises `MissingPermission`, and `DomainError` for a bad value.
    """
    locked = ReportSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    may_manage(locked, actor)
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise TypeError(f"A subscription's {name} is not changed here.")
        if name != "params":
            setattr(locked, name, value)
    locked.params = {**asked_params(locked), **changes.get("params", {})}
    get_report(locked.report).parse(locked.params)
    locked.when = read_when(locked.when, locked.time_zone).words
    fields = set(changes) | {"when"}
    if {"when", "time_zone"} & set(changes):
        refuse_too_often(locked)
        start_counting(locked)
        fields |= {"decided_until", "next_due_at"}
        if locked.next_due_at is None:
            raise DomainError(f"“{locked.when}” is over: it would never be mailed.")
        if not locked.enabled:
            locked.next_due_at = None
    with acting_as(actor=actor, reason=reason):
        locked.save(update_fields=sorted(fields))
    return locked


CHANGEABLE = {"params", "format", "when", "time_zone", "skips_empty", "skips_unchanged"}


@transaction.atomic
def report_subscribe(*, report: str, actor: User) -> bool:
    """Mail `report` to `actor` from now on; return whether that is new.

    Raises `MissingPermission`, and `DomainError` where there is no such report.
    """
    require(actor, SUBSCRIBE, get_report(report).permission)
    # Two requests of the same person at once make one subscription.
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    if ReportSubscription.objects.filter(report=report).received_by(actor).exists():
        return False
    subscription = _earlier_one(report, actor)
    if subscription is None:
        subscription_create(recipients=actor.email, actor=actor, **default_values(report))
        return True
    recipients_write(subscription, [Addressee(actor.email, actor)], actor)
    if not subscription.enabled or subscription.next_due_at is None:
        _resume(subscription)
    return True


def _earlier_one(report: str, actor: User) -> ReportSubscription | None:
    """Return the subscription that mailed the report to `actor` alone before, if it can do so again."""
    others = ReportRecipient.objects.filter(subscription=OuterRef("pk")).exclude(user=actor)
    own = ReportSubscription.objects.filter(~Exists(others), report=report, owner=actor)
    for subscription in own.select_for_update(of=("self",)).order_by("pk"):
        if next_due(subscription, timezone.now()) is not None:
            return subscription
    return None


def default_values(report: str) -> dict[str, Any]:
    """Return what a subscription has where nothing else is chosen."""
    blank = ReportSubscription()
    definition = get_report(report)
    return {
        "report": report,
        "params": {param.name: param.default_of_mail() for param in definition.params},
        "format": blank.format,
        "when": blank.when,
        "time_zone": blank.time_zone,
        "skips_empty": False,
        "skips_unchanged": False,
    }


@transaction.atomic
def report_unsubscribe(*, report: str, actor: User) -> bool:
    """Mail `report` to `actor` no more; return whether it was mailed. Asks for no permission."""
    found = ReportRecipient.objects.of(actor).filter(subscription__report=report).active()
    return bool(found.update(unsubscribed_at=timezone.now()))


def subscriptions_stop(
    *, subscriptions: ReportSubscriptionQuerySet, actor: Actor, reason: str = ""
) -> int:
    """Mail these subscriptions no more; return how many were mailed until now.

    Raises `MissingPermission` for one of somebody else without the permission for all.
    """
    with acting_as(actor=actor, reason=reason):
        enabled = _manageable(subscriptions, actor).filter(enabled=True)
        return enabled.update(enabled=False, next_due_at=None)


def subscriptions_resume(
    *, subscriptions: ReportSubscriptionQuerySet, actor: Actor, reason: str = ""
) -> int:
    """Mail these subscriptions again from now on; return how many were stopped."""
    with acting_as(actor=actor, reason=reason):
        stopped = _manageable(subscriptions, actor).filter(enabled=False).select_for_update()
        found = list(stopped)
        for subscription in found:
            _resume(subscription)
        return len(found)


def _resume(subscription: ReportSubscription) -> None:
    subscription.enabled = True
    start_counting(subscription)
    if subscription.next_due_at is None:
        raise DomainError(
            f"“{subscription.when}” is over: it would never be mailed. Give it a time to come first."
        )
    subscription.save(update_fields=["enabled", "decided_until", "next_due_at"])


def _manageable(
    subscriptions: ReportSubscriptionQuerySet, actor: Actor
) -> ReportSubscriptionQuerySet:
    found = subscriptions.for_actor(actor)
    if actor is None or isinstance(actor, str):
        return found
    if found.exclude(owner=actor.pk).exists():
        may_manage_all(actor)
    return found
