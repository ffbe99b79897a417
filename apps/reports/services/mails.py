"""E-mails a report to its subscribers, once each."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.accounts.models import User
from apps.core.actors import holds
from apps.core.delivery_passes import deliveries_send
from apps.core.schedulable import current_run_id
from apps.reports.formats import render
from apps.reports.formats.values import rows_in_words
from apps.reports.models import ReportDelivery, ReportRun, ReportSubscription
from apps.reports.registry import ReportDefinition, get_report
from apps.reports.results import ReportResult
from apps.reports.services.runs import report_make, run_failed, run_succeeded

State = ReportDelivery.State
logger = logging.getLogger(__name__)
_ROWS_SHOWN = 50


def report_mail(
    *, report: str, params: Mapping[str, str] | None = None, due_at: datetime | None = None
) -> tuple[int, int, int]:
    """Mail a report to its subscribers; return how many were sent, had it already, and failed.

    Only subscribers who are active and may view the report today get it. Report and period name the mailing,
    or `due_at` where the report has no period: called again for the same, it goes only to those it has
    not reached. A row per recipient is written first, so that a sweep goes on with what a worker leaves
    (`report_mails_resume`). What is uncertain is not sent again.
    """
    run = report_mailing_queue(report=report, params=params, due_at=due_at)
    already_sent = run.deliveries.filter(state__in=[State.SENT, State.UNCERTAIN])
    already = already_sent.filter(recipient__in=subscribers(get_report(report))).count()
    sent, failed = _send_waiting(run)
    return sent, already, failed


def report_mailing_queue(
    *, report: str, params: Mapping[str, str] | None = None, due_at: datetime | None = None
) -> ReportRun:
    """Queue a report's e-mails without sending them; return the mailing's run."""
    definition = get_report(report)
    asked = {param.name: param.default_of_mail() for param in definition.params} | dict(
        params or {}
    )
    with transaction.atomic():
        run = _run_of(definition, asked, due_at or timezone.now())
        ReportDelivery.objects.bulk_create(
            [
                ReportDelivery(run=run, recipient=user, email=user.email)
                for user in subscribers(definition)
            ],
            ignore_conflicts=True,
        )
        # If the mailing is requested again, refused e-mails are retried with the current address.
        for delivery in run.deliveries.filter(state=State.REFUSED).select_related("recipient"):
            ReportDelivery.objects.filter(pk=delivery.pk, state=State.REFUSED).update(
                state=State.WAITING,
                email=delivery.recipient.email,
                attempts=0,
                next_try_at=Now(),
                queued_at=Now(),
            )
    return run


def report_mails_resume() -> tuple[int, int, int]:
    """Continue interrupted mailings; return how many e-mails were sent, failed, and were given up."""
    swept = ReportDelivery.sweep()
    sent = failed = 0
    is_open = Q(state=ReportRun.State.RUNNING) | Q(deliveries__state__in=ReportDelivery.OPEN)
    runs = ReportRun.objects.filter(is_open, source=ReportRun.Source.MAIL).distinct()
    for run in runs.order_by("pk"):
        try:
            now_sent, now_failed = _send_waiting(run)
        except Exception:
            logger.exception("The mailing %s could not go on.", run.pk)
            continue
        sent, failed = sent + now_sent, failed + now_failed
    return sent, failed, swept.uncertain + swept.refused


def report_mails_waiting(*, report: str) -> int:
    """Return how many e-mails of a report wait for another attempt."""
    return ReportDelivery.objects.filter(run__report=report, state__in=ReportDelivery.DUE).count()


def _send_waiting(run: ReportRun) -> tuple[int, int]:
    """Send due e-mails, and end the run when none are waiting any more."""
    definition = get_report(run.report)
    _make(definition, run)
    done = deliveries_send(
        ReportDelivery,
        lambda delivery: _mail(definition, run.params, delivery.recipient),
        run=run,
    )
    if not run.deliveries.filter(state__in=ReportDelivery.OPEN).exists():
        ReportRun.objects.filter(pk=run.pk, state=ReportRun.State.RUNNING).update(
            state=ReportRun.State.SUCCEEDED, ended_at=timezone.now()
        )
    return done.sent, done.failed


def subscribers(definition: ReportDefinition, *, only: User | None = None) -> list[User]:
    """Return the subscribers who are active staff and may get and view the report today."""
    wanted = ReportSubscription.objects.filter(report=definition.name, enabled=True)
    users = User.objects.filter(
        is_staff=True, is_active=True, pk__in=wanted.values("user")
    ).order_by("email")
    if only is not None:
        users = users.filter(pk=only.pk)
    return [
        user
        for user in users
        if holds(user, "reports.subscribe_report") and definition.may_view(user)
    ]


def _run_of(definition: ReportDefinition, asked: Mapping[str, str], due_at: datetime) -> ReportRun:
    """Return the run of this mailing, open again where it had ended."""
    params = {name: str(value) for name, value in definition.parse(asked).items()}
    key = f"{definition.name}?{urlencode(sorted(params.items()))}"
    if not any(param.is_period for param in definition.params):
        key += f"@{due_at.astimezone(UTC).isoformat()}"
    run, _ = ReportRun.objects.get_or_create(
        mail_key=key,
        defaults={
            "report": definition.name,
            "params": params,
            "source": ReportRun.Source.MAIL,
            "task_run_id": current_run_id.get(),
        },
    )
    ReportRun.objects.filter(pk=run.pk).update(state=ReportRun.State.RUNNING, ended_at=None)
    run.refresh_from_db()
    return run


def _make(definition: ReportDefinition, run: ReportRun) -> None:
    """Create the mailing's file, unless an earlier call has."""
    if run.file or run.row_count is not None:
        return
    try:
        result = report_make(report=definition.name, params=run.params, actor=None)
        file = render(result, "csv")
    except Exception as error:
        run_failed(run, error)
        raise
    with transaction.atomic():
        run.error = ""
        run_succeeded(run, result, file)
        # It is made; it has not reached anybody yet.
        run.state, run.ended_at = ReportRun.State.RUNNING, None
        run.save(update_fields=["state", "ended_at"])


def _mail(
    definition: ReportDefinition, asked: Mapping[str, str], user: User
) -> EmailMultiAlternatives | None:
    if user not in subscribers(definition, only=user):
        return None
    # Made for each reader, within their scope.
    result = report_make(report=definition.name, params=asked, actor=user)
    page = reverse("admin:reports_reportrun_report", args=[definition.name])
    context = _mail_context(
        definition,
        result,
        user=user,
        link=f"{settings.SITE_URL.rstrip('/')}{page}?{urlencode(asked)}",
    )
    mail = EmailMultiAlternatives(
        subject=f"{definition.title}: {result.period}",
        body=render_to_string("reports/mail.txt", context),
        to=[user.email],
    )
    mail.attach_alternative(render_to_string("reports/mail.html", context), "text/html")
    file = render(result, "csv")
    mail.attach(file.name, file.content, "text/csv")
    return mail


def _mail_context(
    definition: ReportDefinition, result: ReportResult, **more: object
) -> dict[str, Any]:
    return {
        "definition": definition,
        "result": result,
        "columns": result.columns,
        "rows": rows_in_words(result, _ROWS_SHOWN),
        "left_out": result.row_count - min(len(result.rows), _ROWS_SHOWN),
        **more,
    }
