"""Files made for a person: the empty template of a dataset, and the refused rows of a run."""

from collections.abc import Iterator

from apps.transfers.models import ImportRun


def dataset_template(dataset: str, format: str = "csv") -> tuple[str, bytes]:
    """Return file name and content: the labels as header, one row of examples."""
    raise NotImplementedError


def refused_rows_file(run: ImportRun) -> tuple[str, str, Iterator[bytes]]:
    """Return file name, content type and content of the refused rows: the file's own format and
    columns, bad cells marked, and a column with the reason. Uploading it is attempt 2."""
    raise NotImplementedError
