"""Mailings: one row per due time of a subscription, so that none is mailed twice or forgotten."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.audit.context import audit_context, real_actor_id
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.schedulable import current_run_id
from apps.core.sending import send_after_commit
from apps.reports import event_kinds
from apps.reports.models import ReportDelivery, ReportMailing, ReportSubscription
from apps.reports.services.permissions import may_manage
from apps.reports.services.timing import due_times, next_due

logger = logging.getLogger(__name__)

PREPARE = "apps.reports.tasks.prepare_report_mails"
SEND = "apps.reports.tasks.send_report_mails"
SWEEP = "apps.reports.tasks.resume_report_mails"
NOT_RUNNING = "Nothing was running when it was due, and a later mail tells of the same."


def mailings_queue_due() -> int:
    """Write a mailing for each subscription that is due; return how many."""
    queued = 0
    while mailing_queue_next():
        queued += 1
    return queued


@transaction.atomic
def mailing_queue_next() -> bool:
    """Write the mailings of the subscription that has been due longest; return whether there is one.

    Of several due times that passed, only the newest is mailed; the others are *missed*.
    """
    due = ReportSubscription.objects.filter(enabled=True, next_due_at__lte=Now())
    locked = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_due_at")
    subscription = locked.first()
    if subscription is None:
        return False
    now = timezone.now()
    try:
        times = due_times(subscription, now)
        upcoming = next_due(subscription, now)
    except DomainError as error:
        # Somebody changed the row past the form.
        logger.error("Subscription %s has no timetable: %s", subscription.pk, error)
        times, upcoming = [], None
    for missed in times[:-1]:
        ReportMailing.objects.get_or_create(
            subscription=subscription,
            due_at=missed,
            defaults={
                "state": ReportMailing.State.MISSED,
                "reason": NOT_RUNNING,
                "ended_at": now,
            },
        )
    for newest in times[-1:]:
        _queue(subscription, newest)
    ReportSubscription.objects.filter(pk=subscription.pk).update(
        decided_until=now, next_due_at=upcoming
    )
    return True


@transaction.atomic
def mailing_start(
    *, subscription: ReportSubscription, reason: str = "", actor: Actor
) -> ReportMailing:
    """Mail a subscription's report now, beside its timetable; return the mailing.

    Raises `MissingPermission`, and `DomainError` while another mailing of it has not ended, or where
    it was stopped.
    """
    require(actor, "reports.subscribe_report")
    locked = ReportSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    may_manage(locked, actor)
    if not locked.enabled:
        raise DomainError("This subscription was stopped. Resume it first.")
    if locked.mailings.filter(state__in=ReportMailing.OPEN).exists():
        raise DomainError("A mailing of this subscription has not ended. Wait until it has.")
    mailing = _queue(
        locked,
        timezone.now(),
        started_by=user_or_none(actor),
        real_started_by_id=real_actor_id(),
    )
    with audit_context(actor=actor, reason=reason):
        record_event(event_kinds.REPORT_MAILED, target=locked, mailing=mailing.pk)
    return mailing


def _queue(subscription: ReportSubscription, due_at: datetime, **fields: object) -> ReportMailing:
    mailing, is_new = ReportMailing.objects.get_or_create(
        subscription=subscription,
        due_at=due_at,
        defaults={"task_run_id": current_run_id.get(), **fields},
    )
    if is_new:
        send_after_commit(PREPARE, mailing.pk, swept_by=SWEEP)
    return mailing


def mailings_finish() -> int:
    """End the mailings of which no e-mail is open any more; return how many."""
    still_open = ReportDelivery.objects.filter(
        mailing=OuterRef("pk"), state__in=ReportDelivery.OPEN
    )
    sending = ReportMailing.objects.filter(~Exists(still_open), state=ReportMailing.State.SENDING)
    return int(sending.update(state=ReportMailing.State.DONE, ended_at=timezone.now()))
