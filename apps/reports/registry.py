"""All reports. An app adds its own in its `reports.py`, or in modules of a folder of that name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Any

from django.utils import timezone

from apps.core.actors import Actor, PermissionHolder, holds
from apps.core.errors import DomainError
from apps.core.personal import may_export_personal
from apps.core.personal_patterns import HIDDEN_PHONE, masked
from apps.core.port import Registry
from apps.core.scope import SCOPE, is_limited
from apps.reports.params import Param
from apps.reports.results import ReportColumn, ReportResult

SEES_PERSONAL = "accounts.view_personal_data"


@dataclass(frozen=True)
class RowAction:
    """A button beside each row, for people with its permission. `act(**{key: …}, actor=…)` is a service
    that takes the row's `id` as `key`.
    """

    name: str
    label: str
    permission: str
    act: Callable[..., object]
    key: str
    # Whether the row of the reader has no button: the service refuses what people do about themselves.
    not_oneself: bool = False

    def is_offered(self, row: Mapping[str, Any], user: PermissionHolder) -> bool:
        return not (self.not_oneself and str(row["id"]) == str(user.pk))


@dataclass(frozen=True)
class ReportDefinition:
    """A report: what it is called, who may view it, its parameters and columns, and how it is made.

    `make(params, user)` reads in sets, inside the scope of `user` (None is the system, which sees
    everything). It returns a `ReportResult` without what is declared here.
    """

    name: str
    title: str
    description: str
    permission: str
    columns: Sequence[ReportColumn]
    make: Callable[[Mapping[str, Any], Any], ReportResult]
    params: Sequence[Param] = field(default_factory=tuple)
    actions: Sequence[RowAction] = ()
    # What the page and the mail say in the place of an empty table.
    empty: str = "There is nothing to report."
    # Whether it shows what a count of another report leads to, and is offered nowhere else.
    is_detail: bool = False
    # Whether limited staff see only records of their own, so that each of them has another result.
    is_by_owner: bool = False

    def parse(self, given: Mapping[str, str], day: date | None = None) -> dict[str, Any]:
        """Return a value for every parameter; tokens such as "last" stand for those of `day` (today).

        Raises `DomainError` for an unknown or invalid one.
        """
        known = {param.name: param for param in self.params}
        for name in given:
            if name not in known:
                names = ", ".join(known) or "none"
                raise DomainError(
                    f"The report {self.name} has no parameter “{name}”. Available: {names}."
                )
        read_on = day or timezone.localdate()
        return {
            name: param.value_on(read_on, given.get(name) or param.default())
            for name, param in known.items()
        }

    def may_view(self, user: PermissionHolder) -> bool:
        return bool(user.is_active and user.is_staff and user.has_perm(self.permission))

    def run(self, given: Mapping[str, str], user: Any, *, as_file: bool = True) -> ReportResult:
        """Compute the report for `user`, within their rights and scope; None is the system.

        Addresses and numbers are masked for users who may not see them, and in a file or a mail
        (`as_file`) for those who may not export them. The caller has checked the permission. Raises
        `DomainError` for an unknown or invalid parameter.
        """
        values = self.parse(given)
        result = replace(
            self.make(values, user),
            name=self.name,
            title=self.title,
            params={name: str(value) for name, value in values.items()},
            columns=self.columns,
        )
        self._refuse_missing_keys(result)
        return result if _sees_personal(user, as_file) else _masked(result)

    def _refuse_missing_keys(self, result: ReportResult) -> None:
        for row in result.rows[:1]:
            missing = [column.key for column in self.columns if column.key not in row]
            if missing:
                raise LookupError(
                    f"The report {self.name} has the column “{missing[0]}”, which its rows lack. "
                    f"They have: {', '.join(row)}."
                )

    def reveals(self, user: Any, *, as_file: bool = True) -> bool:
        """Return whether the user gets addresses or numbers unmasked."""
        return any(column.is_personal for column in self.columns) and _sees_personal(user, as_file)

    def scope_key(self, user: Any, *, as_file: bool = True) -> str:
        """Return a key that two users share if `run` gives them the same result."""
        scope = "everything"
        if is_limited(user):
            scope = f"user {user.pk}" if self.is_by_owner else SCOPE.get().key(user)
        return f"{scope}, {'unmasked' if _sees_personal(user, as_file) else 'masked'}"


def _sees_personal(user: Actor, as_file: bool) -> bool:
    return holds(user, SEES_PERSONAL) and (not as_file or may_export_personal(user))


def _masked(result: ReportResult) -> ReportResult:
    hidden = {column.key: column.kind for column in result.columns if column.is_personal}
    if not hidden:
        return result
    rows = [
        {
            key: _hidden(hidden[key], value) if value and key in hidden else value
            for key, value in row.items()
        }
        for row in result.rows
    ]
    return replace(result, rows=rows)


def _hidden(kind: str, value: object) -> str:
    return masked(str(value)) if kind == "email" else HIDDEN_PHONE


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
