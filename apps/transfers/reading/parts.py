"""Where the parts of a workbook are: by the relationships between them, not by the names they mostly have."""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterable
from urllib.parse import unquote
from xml.parsers import expat  # Document types are refused, so no entity is ever expanded.

# It names a handful of parts.
_LARGEST = 256 * 1024


class PartNames:
    """The parts of an archive. Their names are the same in capitals and small letters."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._by_name = {name.lower(): name for name in archive.namelist()}

    def find(self, name: str) -> str:
        """Return the name as the archive has it, "" where it has no such part."""
        return self._by_name.get(name.lstrip("/").lower(), "")

    def main(self) -> str:
        """Return the part that the whole document begins with, "" where none is named."""
        try:
            for kind, target in self._relationships("_rels/.rels").values():
                if kind == "officeDocument":
                    return self.find(target)
        except (
            LookupError,
            ValueError,
            OSError,
            EOFError,
            RuntimeError,
            zipfile.BadZipFile,
            zlib.error,
        ):
            # Damaged or encrypted: the usual name, and the reader of that part says what is wrong.
            pass
        return self.find("xl/workbook.xml")

    def _relationships(self, name: str) -> dict[str, tuple[str, str]]:
        found = self.find(name)
        if not found:
            return {}
        with self._archive.open(found) as file:
            content = file.read(_LARGEST)
        elements: list[tuple[str, dict[str, str]]] = []

        def refuse(*_: object) -> None:
            raise ValueError(name)

        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attrs: elements.append((tag, attrs))
        parser.StartDoctypeDeclHandler = refuse
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise ValueError(name) from error
        return relationships(elements, "")


def relationships(
    elements: Iterable[tuple[str, dict[str, str]]], folder: str
) -> dict[str, tuple[str, str]]:
    """Return ID → (kind, name of the part) of a list of relationships; `folder` is that of its source."""
    return {
        attrs.get("Id", ""): (
            attrs.get("Type", "").rpartition("/")[2],
            _resolved(attrs.get("Target", ""), folder),
        )
        for tag, attrs in elements
        if tag.rpartition(":")[2] == "Relationship" and attrs.get("TargetMode") != "External"
    }


def relationships_of(part: str) -> str:
    """Return the name of the part that lists a part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(target: str, folder: str) -> str:
    target = unquote(target).replace("\\", "/")
    path = target if target.startswith("/") else posixpath.join("/", folder, target)
    return posixpath.normpath(path).lstrip("/")


def first_of(links: dict[str, tuple[str, str]], kind: str, find: Callable[[str], str]) -> str:
    """Return the part of the first relationship of a kind that is there, "" where there is none."""
    return next(
        (found for each, name in links.values() if each == kind and (found := find(name))), ""
    )
