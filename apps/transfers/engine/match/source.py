"""Opens the file of a run with its reading settings."""

from pathlib import Path

from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.engine.match.headers import header_key, known_words
from apps.transfers.models import ImportRun
from apps.transfers.models.uploads import private_storage
from apps.transfers.options import Reading
from apps.transfers.reading import Source, open_source


def source_of(run: ImportRun, reading: Reading | None = None) -> Source:
    """Open the run's file as it was read. Raises DomainError if it was deleted or differs."""
    dataset = registry.get(run.dataset)
    known = known_words(dataset)
    upload = run.upload
    if upload.is_gone:
        raise DomainError(
            f"The file {upload.name} was deleted when its retention time ended. Upload it again."
        )
    path = Path(private_storage().path(upload.path))
    return open_source(
        path,
        reading or Reading.from_json(run.reading),
        lambda header: header_key(header) in known,
    )
