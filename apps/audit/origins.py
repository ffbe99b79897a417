"""Where changes come from: the way in, and the run behind them.

Each app declares its own in its `change_sources.py`, so that a new kind of job needs no column here:

    IMPORT = ChangeSource("import", "Import", icon="upload_file")
    IMPORT_RUN = RunKind("import", "import run")

    with audit_context(source=IMPORT, run=(IMPORT_RUN, run.pk)):
        ...
"""

import sys
from typing import Any, Self

from apps.core.port import Registry


class ChangeSource(str):
    """One way in: its code, as change sets store it, with its label and icon. To make it is to declare it.

    `takes_back` marks a way in that restores what a run overwrote: its values are not those of the run.
    """

    label: str
    icon: str
    takes_back: bool

    def __new__(cls, code: str, label: str, *, icon: str, takes_back: bool = False) -> Self:
        source = super().__new__(cls, code)
        source.label, source.icon, source.takes_back = label, icon, takes_back
        CHANGE_SOURCES.add(source, module=str(sys._getframe(1).f_globals["__name__"]))
        return source

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is the declared source itself."""
        return change_source, (str(self),)


class RunKind(str):
    """One kind of job: its code, as change sets store it, and what its runs are called ("import run").

    The code is also a word of the audit log's search line: `import:12`.
    """

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        kind = super().__new__(cls, code)
        kind.label = label
        RUN_KINDS.add(kind, module=str(sys._getframe(1).f_globals["__name__"]))
        return kind

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is the declared kind itself."""
        return run_kind, (str(self),)


CHANGE_SOURCES = Registry[ChangeSource]("change sources", "through what a change can come", key=str)
RUN_KINDS = Registry[RunKind]("run kinds", "which jobs a change set can name", key=str)


def change_source(code: str) -> ChangeSource:
    """Return the source of a code; raises LookupError for one that no app declares."""
    source = CHANGE_SOURCES.get(code)
    if source is None:
        raise LookupError(
            f"No app declares the change source “{code}”. Declare it in its change_sources.py."
        )
    return source


def run_kind(code: str) -> RunKind:
    """Return the kind of a code; raises LookupError for one that no app declares."""
    kind = RUN_KINDS.get(code)
    if kind is None:
        raise LookupError(
            f"No app declares runs of the kind “{code}”. Declare it in its change_sources.py."
        )
    return kind
