"""The rows of a plan as a table, for the wizard's Check step and a run's page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from apps.core.admin.page_parameters import number_of, one_of
from apps.transfers import registry
from apps.transfers.admin.row_cells import Cell, cells_of
from apps.transfers.admin.trash_notes import pages_in_trash
from apps.transfers.engine.plan.causes import change_labels
from apps.transfers.models import ImportRun
from apps.transfers.selectors import Cause, PlanRow, plan_causes, plan_rows
from apps.transfers.selectors.plans import file_headers

VERDICT_LABELS = {
    "create": ("create", "success"),
    "update": ("update", "info"),
    "unchanged": ("unchanged", "default"),
    "refused": ("refused", "danger"),
    "duplicate": ("duplicate", "warning"),
    "skipped": ("skipped", "default"),
}
DONE_LABELS = {"create": ("created", "success"), "update": ("updated", "info")}
OUTCOME_LABELS = {
    "applied": ("applied", "success"),
    "drifted": ("drifted", "warning"),
    "refused": ("refused", "danger"),
    "undone": ("undone", "default"),
    "kept": ("kept", "warning"),
    "erased": ("personal data removed", "default"),
}
FIVE = ("create", "update", "unchanged", "refused", "duplicate")
PAGE_SIZE = 50
CAUSES_SHOWN = 30


@dataclass(frozen=True)
class RowFilter:
    """One of the numbers above the table, as a link."""

    name: str
    label: str
    color: str
    rows: int
    url: str
    is_active: bool


@dataclass
class Row:
    number: int
    key: str
    url: str
    verdict: tuple[str, str]
    outcome: tuple[str, str] | None
    cells: list[Cell]
    problems: list[dict[str, str]]


# What the address of a page with such a table may hold.
ROW_PARAMETERS = ("verdict", "outcome", "cause", "q", "after", "before", "at")


class PlanTable:
    """The filters, the search, and the page of a run's rows, from the URL."""

    def __init__(self, request: HttpRequest, run: ImportRun, *, by_outcome: bool = False) -> None:
        self.run = run
        self.user: Any = request.user
        self.path = request.path
        self.keep = {"tab": request.GET["tab"]} if "tab" in request.GET else {}
        self.by_outcome = by_outcome
        self.verdict = one_of(request, "verdict", VERDICT_LABELS)
        self.outcome = one_of(request, "outcome", OUTCOME_LABELS)
        # Of one verdict; each number above the table names both.
        of_verdict = [code for verdict, code, _ in run.causes if verdict == self.verdict]
        self.cause = one_of(request, "cause", of_verdict)
        self.search = request.GET.get("q", "").strip()
        self.after = number_of(request, "after")
        self.before = number_of(request, "before")
        # How many rows are before this page. It is passed in the URL, because counting would cost
        # more on each further page.
        at = number_of(request, "at")
        self.at = at if self.after or self.before else 0
        self.columns = registry.get(run.dataset).columns()
        self.labels = change_labels(run)
        self.headers = file_headers(run)
        # The URLs of records in the trash that the rows mention, by key.
        self.in_trash: dict[str, str] = {}

    def url(self, **changes: object) -> str:
        """Return the table's URL with changes; another filter starts at the first page."""
        values = {
            **self.keep,
            "verdict": self.verdict,
            "outcome": self.outcome,
            "cause": self.cause,
            "q": self.search,
            **changes,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def context(self) -> dict[str, Any]:
        page = plan_rows(
            self.run,
            verdict=self.verdict,
            cause=self.cause,
            outcome=self.outcome,
            search=self.search,
            after=self.after,
            before=self.before,
            limit=PAGE_SIZE,
        )
        causes = plan_causes(self.run)
        self.in_trash = pages_in_trash(self.user, page.rows)
        return {
            "table": self,
            "filters": self._verdict_filters(),
            "outcomes": self._outcome_filters() if self.by_outcome else [],
            "causes": [self._cause(cause) for cause in self._causes_in_view(causes)],
            "rows": [self._row(row) for row in page.rows],
            "next_url": self.url(after=page.next_after, at=self.at + len(page.rows))
            if page.next_after
            else "",
            "previous_url": self.url(before=page.previous_before, at=max(self.at - PAGE_SIZE, 0))
            if page.previous_before
            else "",
            "first_row": self.at + 1,
            "last_row": self.at + len(page.rows),
            "total_rows": self._total(causes),
            "first_url": self.url() if self.after or self.before else "",
            "is_filtered": bool(self.verdict or self.outcome or self.cause or self.search),
            "clear_url": self.url(verdict="", outcome="", cause="", q=""),
        }

    def _total(self, causes: list[Cause]) -> int | None:
        """Return how many rows the filter has, None if they were not counted."""
        if self.search or (self.outcome and (self.verdict or self.cause)):
            return None
        if self.outcome:
            return self.run.results.get(self.outcome)
        if self.cause:
            found = [
                each.rows
                for each in causes
                if each.code == self.cause and each.verdict == self.verdict
            ]
            return found[0] if found else None
        if self.verdict:
            return int(self.run.counts.get(self.verdict, 0))
        return sum(self.run.counts.values()) or None

    def _verdict_filters(self) -> list[RowFilter]:
        names = [*FIVE, *(["skipped"] if self.run.counts.get("skipped") else [])]
        return [
            RowFilter(
                name=name,
                label=VERDICT_LABELS[name][0],
                color=VERDICT_LABELS[name][1],
                rows=int(self.run.counts.get(name, 0)),
                url=self.url(verdict="" if name == self.verdict else name, cause=""),
                is_active=name == self.verdict,
            )
            for name in names
        ]

    def _outcome_filters(self) -> list[RowFilter]:
        return [
            RowFilter(
                name=name,
                label=label,
                color=color,
                rows=int(self.run.results.get(name, 0)),
                url=self.url(outcome="" if name == self.outcome else name),
                is_active=name == self.outcome,
            )
            for name, (label, color) in OUTCOME_LABELS.items()
            if self.run.results.get(name) or name == self.outcome
        ]

    def _causes_in_view(self, causes: list[Cause]) -> list[Cause]:
        fitting = [cause for cause in causes if not self.verdict or cause.verdict == self.verdict]
        return fitting[:CAUSES_SHOWN]

    def _cause(self, cause: Cause) -> dict[str, Any]:
        is_active = cause.code == self.cause and self.verdict in ("", cause.verdict)
        changes = {"cause": ""} if is_active else {"cause": cause.code, "verdict": cause.verdict}
        return {
            "label": cause.label,
            "rows": cause.rows,
            "color": VERDICT_LABELS.get(cause.verdict, ("", "default"))[1],
            "is_active": is_active,
            "url": self.url(**changes),
        }

    def _url_of(self, record: str) -> str:
        opts = registry.get(self.run.dataset).model()._meta
        if not record or not self.user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
            return ""
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record])

    def _problems(self, row: PlanRow) -> list[dict[str, str]]:
        """Return the problems of a row; the last disagreement links to all rows about the record."""
        found = [
            {
                **problem,
                "label": self.headers.get(problem.get("column", ""), ""),
                "url": "",
                "link": "Show these rows",
            }
            for problem in row.problems
        ]
        for each in found:
            if url := self.in_trash.get(each.get("record", "")):
                each |= {"url": url, "link": "Open it in the trash"}
        conflicts = [each for each in found if each.get("code", "").endswith(":conflict")]
        if conflicts:
            # They are found by the beginning of the record's key.
            keys = [row.values[name] for name in row.key_columns if row.values.get(name)]
            changes = {"q": keys[0]} if keys else {"cause": conflicts[0]["code"], "q": ""}
            asked = {"verdict": "refused", "cause": "", "outcome": "", **changes}
            conflicts[-1]["url"] = self.url(**asked)
        return found

    def _row(self, row: PlanRow) -> Row:
        return Row(
            number=row.number,
            key=row.key,
            url=self._url_of(row.record),
            verdict=(
                DONE_LABELS[row.verdict]
                if row.outcome == "applied"
                else VERDICT_LABELS.get(row.verdict, (row.verdict, "default"))
            ),
            outcome=OUTCOME_LABELS.get(row.outcome) if row.outcome != "applied" else None,
            cells=cells_of(row, self.columns, self.labels),
            problems=self._problems(row),
        )
