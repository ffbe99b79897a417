"""Personal data in reports: the stored files."""

from collections.abc import Iterator

from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.registry import ERASURE_HANDLERS, ErasureHandler
from apps.reports.models import ReportRun, ReportSubscription


def _runs(person: Person) -> list[ReportRun]:
    found = []
    for run in ReportRun.objects.exclude(file="").order_by("pk"):
        if run.file.storage.exists(str(run.file.name)):
            with run.file.open("rb") as file:
                if person.is_in_file(file, by_name=True):
                    found.append(run)
    return found


def _preview(person: Person) -> Iterator[str]:
    if runs := _runs(person):
        yield f"{len(runs):,} report files are deleted."


def _erase(person: Person) -> dict[str, int]:
    runs = _runs(person)
    for run in runs:
        run.file.delete(save=False)
        run.file = ""
        run.save(update_fields=["file"])
    ReportSubscription.objects.filter(user=person.user).delete()
    return {"reports": len(runs)}


ERASURE_HANDLERS.add(ErasureHandler("reports", erase=_erase, preview=_preview))
