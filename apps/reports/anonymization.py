"""Personal data in reports: the stored files and mails."""

import io
from collections.abc import Iterator

from django.utils import timezone

from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.registry import ERASURE_HANDLERS, ErasureHandler
from apps.reports.models import (
    ReportDelivery,
    ReportEdition,
    ReportRecipient,
    ReportRun,
    ReportSubscription,
)


def _runs(person: Person) -> list[ReportRun]:
    return [run for run in ReportRun.objects.exclude(file="").order_by("pk") if _has(run, person)]


def _has(record: ReportRun | ReportEdition, person: Person) -> bool:
    if not record.file or not record.file.storage.exists(str(record.file.name)):
        return False
    if _is_pdf(record):
        return True
    with record.file.open("rb") as file:
        return person.is_in_file(file, by_name=True)


def _is_pdf(record: ReportRun | ReportEdition) -> bool:
    """Tell whether a file is a PDF, whose compressed text nobody can search for a person."""
    return str(record.file.name).endswith(".pdf")


def _editions(person: Person) -> tuple[list[ReportEdition], list[ReportEdition]]:
    """Return the mailed reports that name the person, and others of which only the file may."""
    named: list[ReportEdition] = []
    with_file: list[ReportEdition] = []
    for edition in ReportEdition.objects.exclude(html="", file="").order_by("pk").iterator():
        text = io.BytesIO(f"{edition.subject}\n{edition.html}\n{edition.text}".encode())
        if person.is_in_file(text, by_name=True):
            named.append(edition)
        elif _has(edition, person):
            (with_file if _is_pdf(edition) else named).append(edition)
    return named, with_file


def _preview(person: Person) -> Iterator[str]:
    runs = _runs(person)
    editions, with_file = _editions(person)
    files = [run for run in runs if not _is_pdf(run)]
    if files:
        yield f"{len(files):,} report files are deleted."
    if pdfs := len(runs) + len(with_file) - len(files):
        yield f"{pdfs:,} PDF files of reports are deleted: a PDF can't be searched for a person."
    if editions:
        yield f"The contents of {len(editions):,} report mails are deleted."


def _erase(person: Person) -> dict[str, int]:
    runs = _runs(person)
    editions, with_file = _editions(person)
    records: list[ReportRun | ReportEdition] = [*runs, *editions, *with_file]
    for record in records:
        if record.file:
            record.file.delete(save=False)
    ReportRun.objects.filter(pk__in=[run.pk for run in runs]).update(file="")
    changed = {"file": "", "html": "", "text": "", "subject": "Removed", "chart": None}
    ReportEdition.objects.filter(pk__in=[edition.pk for edition in editions]).update(**changed)
    ReportEdition.objects.filter(pk__in=[edition.pk for edition in with_file]).update(file="")
    _take_off_lists(person)
    return {"reports": len(runs) + len(with_file), "report mails": len(editions)}


def _take_off_lists(person: Person) -> None:
    recipients = [
        recipient.pk
        for recipient in ReportRecipient.objects.all()
        if recipient.user_id == person.user.pk
        or (recipient.email and person.is_in(recipient.email))
    ]
    # A worker that writes their mails right now is waited for: these are deleted as well.
    list(
        ReportRecipient.objects.filter(pk__in=recipients)
        .select_for_update(of=("self",))
        .order_by("pk")
        .values_list("pk")
    )
    ReportDelivery.objects.filter(recipient__in=recipients).delete()
    ReportRecipient.objects.filter(pk__in=recipients).delete()
    ReportSubscription.objects.filter(owner=person.user, enabled=True).update(
        enabled=False, next_due_at=None
    )
    own = ReportSubscription.objects.filter(owner=person.user)
    ReportRecipient.objects.filter(subscription__in=own).active().update(
        unsubscribed_at=timezone.now(), problem=ReportRecipient.TAKEN_OFF
    )


ERASURE_HANDLERS.add(ErasureHandler("reports", erase=_erase, preview=_preview))
