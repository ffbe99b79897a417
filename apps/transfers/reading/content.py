"""Detects a file's format by its content; its name is only a hint."""

import re
import zipfile
from pathlib import Path

from apps.core.errors import DomainError
from apps.transfers.reading.encodings import encoding_of_head
from apps.transfers.reading.parts import PartNames

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_WORKBOOKS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_SIGNATURES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
    b"Rar!": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"{\\rtf": "a text document",
}
_HTML_TAG = re.compile(rb"<(?:!doctype html|html|head|body|meta|table|tr|td|style)\b")
# But for the ends of lines and pages, the shifts of ISO 2022, and what some programs set cells apart with.
_CONTROLS = re.compile(r"[\x00\x02-\x08\x10-\x1a\x1c\x1d\x7f]")
WANTED = "Upload a CSV or an XLSX file."


def detect_format(path: Path) -> str:
    """Return "csv" or "xlsx"; raises DomainError with one sentence for anything else."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise DomainError("The file is empty.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook_in(path)
    if head.startswith(_OLE):
        raise _old_office(path)
    if head.startswith(_OLD_WORKBOOKS):
        raise DomainError("The workbook is in the old XLS format. Save it as XLSX, or as CSV.")
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise DomainError(f"The file is {what}, not a table. {WANTED}")
    if head[257:262] == b"ustar":
        raise DomainError(f"The file is a TAR archive, not a table. Unpack it first. {WANTED}")
    start = _as_ascii(head).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") and not start.startswith(b"<?") and _HTML_TAG.search(start):
        raise DomainError(
            f"The file is a web page (HTML), whatever its name says. Open it and save it as CSV or XLSX. {WANTED}"
        )
    if re.match(rb'(\[\s*)?\{\s*"', start):
        raise DomainError(f"The file is JSON, not a table. {WANTED}")
    if start.startswith(b"<?xml"):
        raise DomainError(f"The file is XML, not a table. {WANTED}")
    return "csv"


def refuse_binary(path: Path, encoding: str) -> None:
    """Raise DomainError for bytes that are not text: in `encoding`, or, where that is "", in any.

    Text has next to no control characters; of random bytes, one in ten is one.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    try:
        text = head.decode(encoding or encoding_of_head(head) or "latin-1", "replace")
    except (LookupError, ValueError):
        return  # There is no such encoding of text; `check_encoding` says so.
    # DOS programs pad the end with these.
    controls = len(_CONTROLS.findall(text.rstrip("\x00\x1a\r\n")))
    if controls > max(16, len(text) // 25):
        raise DomainError(f"The file is neither text nor a workbook. {WANTED}")


def _as_ascii(head: bytes) -> bytes:
    """Return the tags of a page in UTF-16 as any other's."""
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16", "replace").encode("ascii", "replace") if is_wide else head


def _old_office(path: Path) -> DomainError:
    """Tell what a compound file contains, by the names of its streams."""
    with path.open("rb") as file:
        start = file.read(16 * 1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in start:
        return DomainError("The workbook is protected by a password. Save it without one.")
    if "Workbook".encode("utf-16-le") in start or "Book\0".encode("utf-16-le") in start:
        return DomainError("The workbook is in the old XLS format. Save it as XLSX, or as CSV.")
    return DomainError(
        "The workbook is protected by a password or in the old XLS format. "
        "Save it without a password as XLSX, or as CSV."
    )


def _workbook_in(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
            main = PartNames(archive).main().lower()
            is_locked = any(item.flag_bits & 1 for item in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DomainError("The workbook is broken and cannot be opened. Save it again.") from None
    if main.startswith("word/") or "word/document.xml" in names:
        raise DomainError(f"The file is a Word document, not a table. {WANTED}")
    if main.startswith("ppt/"):
        raise DomainError(f"The file is a presentation, not a table. {WANTED}")
    if main.endswith(".bin") or "xl/workbook.bin" in names:
        raise DomainError("The workbook is in the binary XLSB format. Save it as XLSX or CSV.")
    if main:
        return "xlsx"
    if "content.xml" in names:
        raise DomainError("The file is an OpenDocument file. Save it as XLSX or CSV.")
    if any(name.endswith(".iwa") for name in names):
        raise DomainError("The file is a Numbers document. Export it as XLSX or CSV.")
    if is_locked:
        raise DomainError(f"The file is a ZIP archive with a password. Unpack it first. {WANTED}")
    raise DomainError(f"The file is a ZIP archive, not a table. Unpack it first. {WANTED}")
