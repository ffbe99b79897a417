"""Imports, undo and exports of members, beside the floor (COPY of the same final rows) and a peer.

The floor is what PostgreSQL needs to take in the very rows that an import ends with: people, memberships
and both histories, all indexes and foreign keys on, our triggers off. The peer is django-import-export's
own admin flow (upload with its preview, confirmation) with simple-history's own signals.

Each command runs as a process of its own, so that its memory is its own. `BENCH_ROWS` chooses the
sizes (`make bench ONLY=imports ROWS="10000 100000"`); the peer, which takes minutes, goes with 10,000.
On two cores with nothing else to do, 10,000 rows take a minute and the peer some four minutes,
100,000 rows three minutes, 1,000,000 rows twelve. The goals are for 100,000 rows and more.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench import Result, _pages, _peer, _plan_pages, _rosters, _tables, database
from tests.bench._commands import Done, Started, command

SIZES = (10_000, 100_000, 1_000_000)
PEER_ROWS = 10_000
# The size at which two imports run at once, beside the web.
TOGETHER_ROWS = 100_000
FIELDS = "email,first_name,last_name,phone,organization,role"


def measure() -> Iterator[Result]:
    asked = os.environ.get("BENCH_ROWS", "").replace(",", "").split()
    sizes = tuple(int(each) for each in asked) or SIZES
    seconds_a_row: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        for rows in sizes:
            with database():
                yield from _Size(rows, Path(folder), seconds_a_row).measure()
        if PEER_ROWS in sizes:
            with database():
                yield from _peer.measure(PEER_ROWS, Path(folder))


class _Size:
    """All that is measured of one size, on a database of its own, in the order of a run's life."""

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

    def _members(self, name: str, **changes: int) -> Path:
        return _rosters.members(self.rows, self.organizations, self.folder / name, **changes)

    def measure(self) -> Iterator[Result]:
        path = _rosters.organizations(self.organizations, self.folder / "organizations.csv")
        self._command("import_file", "organizations", str(path))
        roster = self._members("members.csv")
        new = self._import(roster)
        assert new["created"] == self.rows, new
        yield from self._all_new(new)
        yield from self._again(roster)
        yield from self._pages()
        yield from self._exports()
        _tables.settle()
        undo = self._command("undo_import", str(new["run"]))
        assert (undo["removed"], undo["kept"]) == (2 * self.rows, 0), undo
        yield Result(
            "undo of all that was created",
            undo["seconds"]["undo"],
            rows=self.rows,
            against=new["seconds"]["total"],
            goal=1.0,
        )
        if self.rows == TOGETHER_ROWS:
            yield from self._together(roster)

    def _all_new(self, new: Done) -> Iterator[Result]:
        rows, total = self.rows, new["seconds"]["total"]
        self.floor = _tables.floor(self.folder)
        self.seconds_a_row[rows] = total / rows
        yield Result("file to applied, all new", total, rows=rows, against=self.floor, goal=2.0)
        for phase in ("read", "stage", "plan", "apply"):
            seconds = new["seconds"][phase]
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
        yield self._memory("  peak memory of the worker, CSV", new, 200)

    def _memory(self, name: str, done: Done, goal: float | None) -> Result:
        return Result(name, done.peak_mb, unit="MB", rows=self.rows, goal=goal)

    def _beside_floor(self, name: str, done: Done, goal: float) -> Result:
        return Result(
            name,
            done["seconds"]["total"],
            rows=self.rows,
            against=self.floor,
            goal=goal if self.rows >= 100_000 else None,
        )

    def _again(self, roster: Path) -> Iterator[Result]:
        rows, before = self.rows, _tables.history_rows()
        again = self._import(roster)
        assert again["unchanged"] == rows, again
        yield self._beside_floor("the same file again", again, 0.4)
        written = _tables.history_rows() - before
        yield Result("  history rows written", written, unit="", rows=rows, goal=0)
        changed = self._import(self._members("changed.csv", change_every=10))
        assert changed["updated"] == rows // 10, changed
        yield self._beside_floor("upsert, 10 % changed", changed, 0.5)
        undo = self._command("undo_import", str(changed["run"]))
        assert undo["kept"] == 0, undo
        book = _rosters.workbook(rows, self.organizations, self.folder / "members.xlsx")
        again = self._import(book)
        assert again["unchanged"] == rows, again
        yield Result("the same as XLSX, nothing changed", again["seconds"]["total"], rows=rows)
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
        copied = [
            _tables.copy_out(source, self.folder / "floor.csv", "(FORMAT csv)") for _ in range(3)
        ]
        for format, goal in (("csv", 1.5 if self.rows >= 100_000 else None), ("xlsx", None)):
            target = str(self.folder / f"out.{format}")
            done = [
                self._command("export_dataset", "members", "--fields", FIELDS, "-o", target)
                for _ in range(3 if format == "csv" else 1)
            ]
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
        ends = [each.wait() for each in both]
        seconds = time.perf_counter() - started
        assert all(each["state"] in ("applied", "applied_in_part") for each in ends), ends
        yield Result("two imports over the same people at once", seconds, rows=self.rows)
        drifted = sum(each["drifted"] for each in ends)
        yield Result("  rows left alone as drifted", drifted, unit="", rows=self.rows)
        yield Result(
            "  the list of members meanwhile, median",
            sorted(times)[len(times) // 2] * 1000,
            unit="ms",
            against=quiet * 1000,
        )
        yield Result("  the same, slowest", max(times) * 1000, unit="ms", against=quiet * 1000)
