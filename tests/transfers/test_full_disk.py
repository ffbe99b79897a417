"""A disk that is full is said to be, and what did not fit leaves nothing behind."""

import gc
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from secrets import token_hex

import pytest
from django.core.management import call_command

from apps.transfers.models import ExportRun, ImportRun
from apps.transfers.models.uploads import private_storage
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer

pytestmark = pytest.mark.django_db


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def stored(folder: str) -> set[Path]:
    return set(Path(private_storage().path(folder)).rglob("*"))


def test_an_upload_that_does_not_fit_leaves_nothing(
    importer: Importer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = importer.folder / "big.csv"
    path.write_text("Name\n" + "".join(f"Organization {n}\n" for n in range(200_000)))
    before = stored("uploads")

    with room_for(100_000), pytest.raises(SystemExit) as ended:
        call_command("import_file", "organizations", str(path))

    assert ended.value.code == 2
    assert "The disk is full." in capsys.readouterr().err
    assert stored("uploads") == before
    assert not ImportRun.objects.exists()


# With the same room the file, a part of it, the rows that are laid aside and the end of the file do not fit.
@pytest.mark.parametrize("room", [200, 1_500, 2_000, 4_000, 6_000])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_that_does_not_fit_says_so_and_leaves_nothing(
    format: str,
    room: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(120):
        # Nothing that can be packed well.
        OrganizationFactory(name=f"{number} " + token_hex(75))
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    before = stored("exports")
    errors = StringIO()

    with room_for(room), pytest.raises(SystemExit) as ended:
        call_command(
            "export_dataset",
            "organizations",
            *("--format", format, "-o", str(tmp_path / "out")),
            stderr=errors,
        )

    assert ended.value.code == 2
    assert "The disk is full." in errors.getvalue()
    assert "Traceback" not in capsys.readouterr().err
    assert ExportRun.objects.get().state == "failed"
    assert stored("exports") <= before
    del ended
    gc.collect()
    assert ignored == []
