"""Writing an XLSX file: what is not finished leaves nothing open behind."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from traceback import walk_tb
from types import TracebackType
from typing import BinaryIO
from zipfile import ZipFile

from xlsxwriter import Workbook
from xlsxwriter.xmlwriter import XMLwriter

# A text that begins with "=", or looks like an address, is a text.
_TEXTS = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


@contextmanager
def written_workbook(target: str | BinaryIO, *, folder: str | None = None) -> Iterator[Workbook]:
    """Open a workbook to be written row by row, and close it where the block succeeds.

    `folder` is where the writer lays rows aside; without it the rows are held in memory. Where something
    fails, a full disk above all, the half file is not finished and nothing of it stays open.
    """
    if folder is None:
        yield from _written(Workbook(target, _TEXTS | {"in_memory": True}))
        return
    # What the writer lays aside goes with the folder, however it ends.
    with TemporaryDirectory(dir=folder) as aside:
        yield from _written(Workbook(target, _TEXTS | {"constant_memory": True, "tmpdir": aside}))


def _written(book: Workbook) -> Iterator[Workbook]:
    try:
        yield book
        book.close()
    except BaseException as error:
        for writer in [book, *book.worksheets()]:
            _abandon(writer)
        _abandon_all(error.__traceback__)
        if error.__context__ is not None:
            # The package raises an error of its own in the place of the system's.
            _abandon_all(error.__context__.__traceback__)
        raise


def _abandon_all(traceback: TracebackType | None) -> None:
    """Close what the package was writing when it failed: it leaves that to the garbage collector, which
    would write the rest of it, fail again, and could tell nobody."""
    for frame, _ in walk_tb(traceback):
        for value in list(frame.f_locals.values()):
            if isinstance(value, XMLwriter | ZipFile):
                _abandon(value)


def _abandon(writer: XMLwriter | ZipFile) -> None:
    if isinstance(writer, ZipFile):
        file, writer.fp = writer.fp, None
    else:
        file = writer.fh
    if file is not None:
        with suppress(OSError, ValueError):
            file.close()
