"""Imports, undo and exports of members, beside the floor (COPY of the same final rows) and a peer.

The floor is what PostgreSQL needs to take in the very rows that an import ends with: people, memberships
and both histories, all indexes and foreign keys on, our triggers off. The peer is django-import-export's
own admin flow (upload with its preview, confirmation) with simple-history's own signals.

Each command runs as a process of its own, so that its memory is its own. `BENCH_ROWS` chooses the
sizes (`make bench ONLY=imports ROWS="10000 100000"`); the peer, which takes minutes, goes with 10,000.
On two cores with nothing else to do, 10,000 rows take three minutes and the peer some four minutes,
100,000 rows eight minutes, 1,000,000 rows twelve. The goals are for 100,000 rows and more.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench import Result, _pages, _peer, _plan_pages, _rosters, _tables, database
from tests.bench._commands import CommandFailedError, Done, Started, command

SIZES = (10_000, 100_000, 1_000_000)
PEER_ROWS = 10_000
# The size at which two imports run at once, beside the web.
TOGETHER_ROWS = 100_000
# Imports and their floor take turns so often; above this size once, as a round takes ten minutes.
ROUNDS = 3
LARGEST_REPEATED = 100_000
FIELDS = "email,first_name,last_name,phone,organization,role"


def measure() -> Iterator[Result]:
    asked = os.environ.get("BENCH_ROWS", "").replace(",", "").split()
    sizes = tuple(int(each) for each in asked) or SIZES
    seconds_a_row: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder, database():
        for rows in sizes:
            _tables.clear()
            yield from _Size(rows, Path(folder), seconds_a_row).measure()
        if PEER_ROWS in sizes:
            _tables.clear()
            yield from _peer.measure(PEER_ROWS, Path(folder))


@dataclass(frozen=True)
class _Round:
    """What one round measured: each command, and the floor beside them."""

    new: Done
    again: Done
    changed: Done
    floor: float
    history_rows: int


class _Size:
    """All that is measured of one size, in the order of a run's life.

    Imports and their floor take turns, and of each the fastest round counts: what slows the machine
    down for a while slows down both, or neither.
    """

    def __init__(self, rows: int, folder: Path, seconds_a_row: dict[int, float]) -> None:
        self.rows = rows
        self.folder = folder
        self.seconds_a_row = seconds_a_row
        self.organizations = max(rows // 500, 10)
        self.floor = 0.0

    def _command(self, *arguments: str) -> Done:
        return command(self.folder, *arguments)

    def _import(self, path: Path, *options: str) -> Done:
        _tables.settle()
        return self._command("import_file", "members", str(path), *options)

    def _undo(self, done: Done) -> Done:
        _tables.settle()
        undo = self._command("undo_import", str(done["run"]))
        assert undo["kept"] == 0, undo
        return undo

    def _members(self, name: str, **changes: int) -> Path:
        return _rosters.members(self.rows, self.organizations, self.folder / name, **changes)

    def measure(self) -> Iterator[Result]:
        path = _rosters.organizations(self.organizations, self.folder / "organizations.csv")
        self._command("import_file", "organizations", str(path))
        roster, other = self._members("members.csv"), self._members("changed.csv", change_every=10)
        rounds, undos = [], []
        for number in range(1 if self.rows > LARGEST_REPEATED else ROUNDS):
            if number:
                undos.append(self._undo_all(rounds[-1].new))
                _tables.clear()
            rounds.append(self._round(roster, other))
        self.floor = min(each.floor for each in rounds)
        total = min(each.new["seconds"]["total"] for each in rounds)
        yield from self._all_new(rounds, total)
        yield from self._beside_floor(rounds)
        yield from self._workbook()
        yield from self._pages()
        yield from self._exports()
        undos.append(self._undo_all(rounds[-1].new))
        yield Result(
            "undo of all that was created", min(undos), rows=self.rows, against=total, goal=1.0
        )
        if self.rows == TOGETHER_ROWS:
            yield from self._together(roster)

    def _round(self, roster: Path, other: Path) -> _Round:
        new = self._import(roster)
        assert new["created"] == self.rows, new
        before = _tables.history_rows()
        again = self._import(roster)
        assert again["unchanged"] == self.rows, again
        written = _tables.history_rows() - before
        changed = self._import(other)
        assert changed["updated"] == self.rows // 10, changed
        self._undo(changed)
        return _Round(new, again, changed, _tables.floor(self.folder), written)

    def _undo_all(self, new: Done) -> float:
        undo = self._undo(new)
        assert undo["removed"] == 2 * self.rows, undo
        return float(undo["seconds"]["undo"])

    def _all_new(self, rounds: list[_Round], total: float) -> Iterator[Result]:
        rows = self.rows
        self.seconds_a_row[rows] = total / rows
        yield Result("file to applied, all new", total, rows=rows, against=self.floor, goal=2.0)
        for phase in ("read", "stage", "plan", "apply"):
            seconds = min(each.new["seconds"][phase] for each in rounds)
            yield Result(f"  of that: {phase}", seconds, rows=rows, against=self.floor)
        if rows > 100_000 and 100_000 in self.seconds_a_row:
            yield Result(
                "  a row, beside a row of 100,000",
                self.seconds_a_row[rows] * 1e6,
                unit="µs",
                rows=rows,
                against=self.seconds_a_row[100_000] * 1e6,
                goal=1.3,
            )
        yield self._memory("  peak memory of the worker, CSV", rounds[-1].new, 200)

    def _memory(self, name: str, done: Done, goal: float | None) -> Result:
        return Result(name, done.peak_mb, unit="MB", rows=self.rows, goal=goal)

    def _beside_floor(self, rounds: list[_Round]) -> Iterator[Result]:
        for name, done, goal in (
            ("the same file again", [each.again for each in rounds], 0.4),
            ("upsert, 10 % changed", [each.changed for each in rounds], 0.5),
        ):
            yield Result(
                name,
                min(each["seconds"]["total"] for each in done),
                rows=self.rows,
                against=self.floor,
                goal=goal if self.rows >= 100_000 else None,
            )
        written = max(each.history_rows for each in rounds)
        yield Result("  history rows of the same file", written, unit="", rows=self.rows, goal=0)

    def _workbook(self) -> Iterator[Result]:
        book = _rosters.workbook(self.rows, self.organizations, self.folder / "members.xlsx")
        again = self._import(book)
        assert again["unchanged"] == self.rows, again
        total = again["seconds"]["total"]
        yield Result("the same as XLSX, nothing changed", total, rows=self.rows)
        yield self._memory("  peak memory of the worker, XLSX", again, 400)

    def _pages(self) -> Iterator[Result]:
        """A plan with some of everything, beside one of 1,000 rows of the same kind."""
        runs = []
        for rows in (1_000, self.rows):
            path = _rosters.mixed(rows, self.organizations, self.folder / "mixed.csv")
            done = self._import(path, "--dry-run")
            runs.append(_plan_pages.plan_of(done["run"]))
        few, many = (_plan_pages.read_pages(run) for run in runs)
        pairs = [(page, _plan_pages.peer_of(page, few)) for page in many]
        pairs.sort(key=lambda pair: pair[1].read - pair[0].read)
        sent = [
            (
                page.name,
                *(_plan_pages.send_page(r, p) for r, p in zip(runs, (peer, page), strict=True)),
            )
            for page, peer in pairs[: _plan_pages.SENT]
        ]
        name, against, value = max(sent, key=lambda each: each[2] / each[1])
        yield Result(
            f"page of a plan as it is sent, beside 1,000 rows; worst of {len(pairs)} ({name})",
            value,
            unit="ms",
            rows=self.rows,
            against=against,
            goal=1.5,
        )
        page, peer = max(pairs, key=lambda pair: pair[0].read / pair[1].read)
        yield Result(
            f"  of that: its rows, beside 1,000 rows; worst ({page.name})",
            page.read,
            unit="ms",
            rows=self.rows,
            against=peer.read,
        )
        process = psutil.Process()
        before = process.memory_info().rss
        _plan_pages.walk_through(runs[1], 100)
        grown = (process.memory_info().rss - before) / 2**20
        yield Result("  growth of the web process over 100 pages", grown, unit="MB", rows=self.rows)

    def _exports(self) -> Iterator[Result]:
        _tables.settle()
        source = (
            "(SELECT u.email, u.first_name, u.last_name, u.phone, o.external_id, m.role "
            "FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id "
            "JOIN organizations_organization o ON o.id = m.organization_id)"
        )
        copied = []
        for format, goal in (("csv", 1.5 if self.rows >= 100_000 else None), ("xlsx", None)):
            target = str(self.folder / f"out.{format}")
            done = []
            for _ in range(ROUNDS if format == "csv" else 1):
                copied.append(_tables.copy_out(source, self.folder / "floor.csv", "(FORMAT csv)"))
                done.append(
                    self._command("export_dataset", "members", "--fields", FIELDS, "-o", target)
                )
            assert done[0]["rows"] == self.rows, done
            yield Result(
                f"export to {format.upper()}, beside COPY",
                min(each["seconds"]["write"] for each in done),
                rows=self.rows,
                against=min(copied),
                goal=goal,
            )
            yield self._memory(
                f"  peak memory, {format.upper()}", done[0], 100 if format == "xlsx" else None
            )
        nobody = self._command(
            "export_dataset", "members", "--filter", "email=nobody@example.com", "-o", target
        )
        yield self._memory("  of that: the bare process", nobody, None)

    def _together(self, roster: Path) -> Iterator[Result]:
        """Two imports that change the same people at once, while somebody looks at the list."""
        self._import(roster)
        quiet = sorted(_pages.members_list() for _ in range(10))[5]
        files = [
            self._members("one.csv", change_every=2),
            self._members("two.csv", change_every=3),
        ]
        _tables.settle()
        started = time.perf_counter()
        both = [Started(self.folder, "import_file", "members", str(path)) for path in files]
        times = []
        while any(each.is_running() for each in both):
            times.append(_pages.members_list())
            time.sleep(0.05)
        ends = [end for end in map(_applied, both) if end]
        seconds = time.perf_counter() - started
        assert ends
        assert all(each["state"] in ("applied", "applied_in_part") for each in ends), ends
        yield Result("two imports over the same people at once", seconds, rows=self.rows)
        drifted = sum(each["drifted"] for each in ends)
        yield Result("  rows left alone as drifted", drifted, unit="", rows=self.rows)
        yield Result("  runs refused as stale", len(both) - len(ends), unit="")
        yield Result(
            "  the list of members meanwhile, median",
            sorted(times)[len(times) // 2] * 1000,
            unit="ms",
            against=quiet * 1000,
        )
        yield Result("  the same, slowest", max(times) * 1000, unit="ms", against=quiet * 1000)


def _applied(command: Started) -> Done | None:
    """Wait for an import; None if the other one overtook it so far that its plan was refused."""
    try:
        return command.wait()
    except CommandFailedError as failed:
        if "Check again" not in str(failed):
            raise
        return None
