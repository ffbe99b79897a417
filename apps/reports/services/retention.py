"""Files of reports and the archive of report mails are kept for a time, and then deleted."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.reports.models import ReportDelivery, ReportEdition, ReportMailing, ReportRun

KEPT_FOR = timedelta(days=90)
FILES_KEPT_FOR = timedelta(days=7)
_AT_ONCE = 200


def report_mails_clean_up() -> int:
    """Delete ended mailings that are older than 90 days, with their mails and files; return how many.

    One in which an uncertain mail still waits for a decision is kept.
    """
    undecided = ReportDelivery.objects.filter(
        mailing=OuterRef("pk"), state=ReportDelivery.State.UNCERTAIN, decided_at=None
    )
    old = ReportMailing.objects.filter(
        ~Exists(undecided), created_at__lt=timezone.now() - KEPT_FOR
    ).exclude(state__in=ReportMailing.OPEN)
    deleted = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        _delete(keys)
        deleted += len(keys)
    return deleted


def report_runs_clean_up() -> int:
    """Delete the files of runs that have expired; return how many. Who made which report stays."""
    old = ReportRun.objects.filter(
        state=ReportRun.State.SUCCEEDED, expires_at__lt=timezone.now()
    ).exclude(file="")
    deleted = 0
    for run in old.iterator():
        run.file.storage.delete(str(run.file.name))
        deleted += ReportRun.objects.filter(pk=run.pk).update(
            state=ReportRun.State.EXPIRED, file=""
        )
    return deleted


def _delete(keys: list[int]) -> None:
    editions = ReportEdition.objects.filter(mailing__in=keys)
    files = [edition.file for edition in editions.exclude(file="").only("file")]
    with transaction.atomic():
        ReportMailing.objects.filter(pk__in=keys).delete()
    for file in files:
        file.storage.delete(str(file.name))
