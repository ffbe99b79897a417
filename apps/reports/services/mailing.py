"""Mailing a report to those who subscribed, each of them once."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.accounts.models import User
from apps.core.schedulable import current_run_id
from apps.reports.formats.csv import as_csv
from apps.reports.formats.html import mail_context
from apps.reports.models import ReportDelivery, ReportRun, ReportSubscription
from apps.reports.registry import ReportDefinition, get_report
from apps.reports.services.making import file_name, report_make, run_failed, run_succeeded

logger = logging.getLogger(__name__)


def report_mail(*, report: str, params: Mapping[str, str] | None = None) -> tuple[int, int, int]:
    """Mail a report to its subscribers; return how many were sent, had it already, and failed.

    Who is no longer active, or may no longer view the report, gets nothing. Report and parameters
    name the mailing: called again, it goes to those alone whom it has not reached. A mail that was
    being sent when its worker was killed may or may not have gone; it is not sent again.
    """
    definition = get_report(report)
    asked = {param.name: param.mail_default() for param in definition.params} | dict(params or {})
    run = _run_of(definition, asked)
    sent = failed = 0
    already = set(
        run.deliveries.exclude(state=ReportDelivery.State.FAILED).values_list(
            "recipient_id", flat=True
        )
    )
    recipients = list(subscribers(definition))
    connection = get_connection()
    for user in recipients:
        if user.pk in already:
            continue
        delivery = _claim(run, user)
        if delivery is None:
            already.add(user.pk)
            continue
        try:
            _send(definition, asked, user, connection)
        except Exception as error:
            # One address that does not work is no reason for the others to get nothing.
            logger.exception("Report %s could not be mailed to user %s.", report, user.pk)
            delivery.state = ReportDelivery.State.FAILED
            delivery.error = f"{type(error).__name__}: {error}"
            failed += 1
        else:
            delivery.state = ReportDelivery.State.SENT
            delivery.sent_at = timezone.now()
            sent += 1
        delivery.save(update_fields=["state", "error", "sent_at"])
    return sent, len(already & {user.pk for user in recipients}), failed


def subscribers(definition: ReportDefinition) -> list[User]:
    """Return those who asked for the report, are active staff, and may get and view it today."""
    wanted = ReportSubscription.objects.filter(report=definition.name, enabled=True)
    users = User.objects.filter(
        is_staff=True, is_active=True, pk__in=wanted.values("user")
    ).order_by("email")
    return [
        user
        for user in users
        if user.has_perm("reports.subscribe_report") and definition.may_view(user)
    ]


def _run_of(definition: ReportDefinition, asked: Mapping[str, str]) -> ReportRun:
    """Return the run of this mailing, made now unless an earlier call has made it."""
    params = {name: str(value) for name, value in definition.parse(asked).items()}
    key = f"{definition.name}?{urlencode(sorted(params.items()))}"
    run, _ = ReportRun.objects.get_or_create(
        mail_key=key,
        defaults={
            "report": definition.name,
            "params": params,
            "door": ReportRun.Door.MAIL,
            "task_run_id": current_run_id.get(),
        },
    )
    if run.state == ReportRun.State.SUCCEEDED:
        return run
    try:
        result = report_make(report=definition.name, params=asked, actor=None)
        content = as_csv(definition, result)
    except Exception as error:
        run_failed(run, error)
        raise
    with transaction.atomic():
        run.error = ""
        run_succeeded(run, result, content, file_name(definition, result, "csv"))
    return run


def _claim(run: ReportRun, user: User) -> ReportDelivery | None:
    """Write down that this mail is about to go; nothing where another worker has done so."""
    again = ReportDelivery.objects.filter(
        run=run, recipient=user, state=ReportDelivery.State.FAILED
    ).update(state=ReportDelivery.State.SENDING, error="", email=user.email)
    if again:
        return ReportDelivery.objects.get(run=run, recipient=user)
    try:
        with transaction.atomic():
            return ReportDelivery.objects.create(run=run, recipient=user, email=user.email)
    except IntegrityError:
        return None


def _send(
    definition: ReportDefinition, asked: Mapping[str, str], user: User, connection: Any
) -> None:
    # Made for each reader: what a report holds is what its reader may see.
    result = report_make(report=definition.name, params=asked, actor=user)
    page = reverse("admin:reports_reportrun_report", args=[definition.name])
    context = mail_context(
        definition,
        result,
        user=user,
        link=f"{settings.SITE_URL.rstrip('/')}{page}?{urlencode(asked)}",
    )
    mail = EmailMultiAlternatives(
        subject=f"{definition.title}: {result.period}",
        body=render_to_string("reports/mail.txt", context),
        to=[user.email],
        connection=connection,
    )
    mail.attach_alternative(render_to_string("reports/mail.html", context), "text/html")
    mail.attach(file_name(definition, result, "csv"), as_csv(definition, result), "text/csv")
    mail.send()
