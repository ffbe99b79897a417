"""All reports. An app adds its own in its `reports.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Registry


@dataclass(frozen=True)
class ReportColumn:
    """A column of a report: its key in a row, its heading, and whether it holds numbers.

    `short` is the heading on a page, where its neighbors say the rest.
    """

    key: str
    label: str
    numeric: bool = False
    short: str = ""


@dataclass(frozen=True)
class Param:
    """A parameter: its name, its label, its value when none is given, what it understands.

    `parse` turns the text of a form or a command into a value, and raises `DomainError` with a
    sentence where it cannot. `choices` are offered in the admin.
    """

    name: str
    label: str
    parse: Callable[[str], Any]
    default: Callable[[], str]
    choices: Callable[[], Sequence[tuple[str, str]]]
    # The default of a scheduled mailing, which reports on a completed period.
    mail_default: Callable[[], str]
    # Whether it says of which time the report tells: mailed again for the same time, it reaches nobody twice.
    is_period: bool = False


@dataclass(frozen=True)
class Total:
    """A number at the head of a report and its change on the period before, where that is known."""

    label: str
    value: int
    change: int | None = None


@dataclass(frozen=True)
class Chart:
    """A bar chart: a label per group of bars, and the series in the order they are drawn."""

    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]


@dataclass(frozen=True)
class Result:
    """The content of a report for one set of parameters."""

    period: str
    columns: Sequence[ReportColumn]
    rows: Sequence[Mapping[str, Any]]
    totals: Sequence[Total] = ()
    chart: Chart | None = None


@dataclass(frozen=True)
class ReportDefinition:
    """A report: `make(params, user)` reads in sets, inside `user`'s scope, and returns a `Result`."""

    name: str
    title: str
    description: str
    permission: str
    make: Callable[[Mapping[str, Any], Any], Result]
    params: Sequence[Param] = field(default_factory=tuple)

    def parse(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return a value for every parameter. Raises `DomainError` for an unknown or invalid one."""
        known = {param.name: param for param in self.params}
        for name in given:
            if name not in known:
                names = ", ".join(known) or "none"
                raise DomainError(
                    f"The report {self.name} has no parameter “{name}”. Available: {names}."
                )
        return {
            name: param.parse(given.get(name) or param.default()) for name, param in known.items()
        }

    def may_view(self, user: PermissionHolder) -> bool:
        return bool(user.is_active and user.is_staff and user.has_perm(self.permission))


REPORTS = Registry[ReportDefinition](
    "reports", "what can be run, read and subscribed to", key=attrgetter("name")
)


def all_reports() -> list[ReportDefinition]:
    return sorted(REPORTS, key=lambda definition: definition.title)


def get_report(name: str) -> ReportDefinition:
    """Return the report of that name. Raises `DomainError` if there is none."""
    report = REPORTS.get(name)
    if report is None:
        names = ", ".join(sorted(REPORTS.plugs())) or "none"
        raise DomainError(f"Unknown report “{name}”. Available: {names}.")
    return report
