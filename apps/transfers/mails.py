"""The e-mails about the end of an import or export."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mail_queue, mail_send
from apps.transfers.models import ExportRun, ImportRun


def import_mail_queue(run: ImportRun) -> None:
    """Queue the e-mail about the end of an import. The caller holds the transaction of its end."""
    mail_queue(IMPORT_ENDED, str(run.pk), run=run.pk)


def import_run_mail(run_id: int) -> bool:
    """E-mail the agent now; return whether it was sent."""
    return mail_send(IMPORT_ENDED, str(run_id), run=run_id)


def export_mail_queue(run: ExportRun) -> None:
    """Queue the e-mail about a finished export. The caller holds the transaction of its end."""
    mail_queue(EXPORT_READY, str(run.pk), run=run.pk)


def _import_mail(mail: QueuedMail) -> EmailMessage | None:
    run = ImportRun.objects.select_related("user", "upload").get(pk=mail.arguments["run"])
    if run.user is None or not run.user.is_active:
        return None
    results = run.results
    numbers = {
        "created": results.get("created", 0),
        "updated": results.get("updated", 0),
        "unchanged": run.counts.get("unchanged", 0),
        "refused": run.counts.get("refused", 0) + results.get("refused", 0),
        "changed by others in the meantime and left alone": results.get("drifted", 0),
    }
    lines = [
        f"{run.upload.name} → {run.dataset}: {run.get_state_display().lower()}.",
        (", ".join(f"{rows:,} {word}" for word, rows in numbers.items() if rows) or "No row") + ".",
        *([run.error] if run.error else []),
        f"{settings.SITE_URL}{reverse('admin:transfers_importrun_change', args=[run.pk])}",
    ]
    return EmailMessage(
        subject=f"Import of {run.upload.name}: {run.get_state_display().lower()}",
        body="\n".join(lines),
        to=[run.user.email],
    )


def _export_mail(mail: QueuedMail) -> EmailMessage | None:
    run = ExportRun.objects.select_related("user").get(pk=mail.arguments["run"])
    if run.user is None or not run.user.is_active:
        return None
    return EmailMessage(
        subject=f"Your export of {run.dataset} is ready",
        body=f"{run.rows or 0:,} rows, kept until {run.expires_at:%Y-%m-%d}.\n"
        f"{settings.SITE_URL}{reverse('admin:transfers_exportrun_change', args=[run.pk])}",
        to=[run.user.email],
    )


IMPORT_ENDED = mail_kind("import ended", MailKind(_import_mail))
EXPORT_READY = mail_kind("export ready", MailKind(_export_mail))
