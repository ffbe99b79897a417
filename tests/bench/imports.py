"""Imports, undo and exports of members, beside the floor (COPY of the same final rows) and a peer.

The floor is what PostgreSQL needs to take in the very rows that an import ends with: people, seats
and both histories, all indexes and foreign keys on, our triggers off. The peer is django-import-export's
own flow (a dry run, then the import, row by row) with simple-history's own signals.

Sizes other than those of the table: `python -m tests.bench.imports 10000 20000`.
"""

import csv
import gc
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import Result, database

SIZES = (10_000, 100_000, 1_000_000)
PEER_ROWS = 10_000
HEADER = ["E-mail", "First", "Last", "Office phone", "Committee ID", "Position"]
TABLES = (
    "accounts_user",
    "organizations_membership",
    "accounts_historicaluser",
    "organizations_historicalmembership",
)
FLOOR_FLAG = "ALTER TABLE {} {} TRIGGER USER"


def measure(sizes: tuple[int, ...] = SIZES, peer_rows: int = PEER_ROWS) -> Iterator[Result]:
    per_row: dict[int, float] = {}
    page_times: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            with database():
                yield from _size(rows, Path(folder), per_row, page_times)
        if peer_rows:
            with database():
                yield from _peer(peer_rows, Path(folder))


def _size(
    rows: int, folder: Path, per_row: dict[int, float], page_times: dict[int, float]
) -> Iterator[Result]:
    organizations = max(rows // 500, 10)
    _organizations(organizations, folder)
    path = _members(rows, organizations, folder / "members.csv")
    small = _import(_members(1_000, organizations, folder / "small.csv", salt="s"), "--dry-run")
    _settle()

    done = _import(path)
    assert done["created"] == rows, done
    floor = _floor(rows, folder)
    total = done["seconds"]["total"]
    per_row[rows] = total / rows
    yield Result("import, all new", total, rows=rows, against=floor, goal=2.0)
    for phase, seconds in done["seconds"].items():
        if phase != "total":
            yield Result(f"  of that: {phase}", seconds, rows=rows, against=floor)
    if rows == 1_000_000 and 100_000 in per_row:
        yield Result(
            "seconds a row, beside 100,000",
            per_row[rows] * 1e6,
            unit="µs",
            rows=rows,
            against=per_row[100_000] * 1e6,
            goal=1.3,
        )
    yield Result(
        "peak memory of the process",
        done["peak_rss_mb"],
        unit="MB",
        rows=rows,
        goal=200 if rows == 1_000_000 else None,
    )
    _settle()
    page_times[1_000] = _page(small["run"])
    yield Result(
        "page of a plan, slowest filter, beside 1,000 rows",
        _page(done["run"]) * 1000,
        unit="ms",
        rows=rows,
        against=page_times[1_000] * 1000,
        goal=1.5 if rows == 1_000_000 else None,
    )

    _settle()
    before = _history_rows()
    again = _import(path)
    assert (again["unchanged"], _history_rows()) == (rows, before), again
    yield Result(
        "the same file again", again["seconds"]["total"], rows=rows, against=floor, goal=0.4
    )
    changed = _import(_members(rows, organizations, folder / "changed.csv", change_every=10))
    assert changed["updated"] == rows // 10, changed
    yield Result("10 % changed", changed["seconds"]["total"], rows=rows, against=floor, goal=0.5)
    undo = _undo(changed["run"])
    assert undo["kept"] == 0, undo
    yield from _exports(rows, folder)
    undo = _undo(done["run"])
    assert undo["removed"] == 2 * rows, undo
    yield Result("undo of all", undo["seconds"]["undo"], rows=rows, against=total, goal=1.0)


def _members(
    rows: int, organizations: int, path: Path, *, salt: str = "m", change_every: int = 0
) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            phone = f"919-{n % 900 + 100}-{n % 10_000:04d}"
            if change_every and n % change_every == 0:
                phone = f"984-{n % 900 + 100}-{n % 10_000:04d}"
            writer.writerow(
                [
                    f"person{n}.{salt}@bench.example",
                    f"First{n % 977}",
                    f"Last{n % 7919}",
                    phone,
                    f"B-{n % organizations}",
                    ("member", "vice chair", "chair", "advisory")[n % 4],
                ]
            )
    return path


def _organizations(count: int, folder: Path) -> None:
    path = folder / "organizations.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Committee", "Committee ID"])
        writer.writerows([f"Bench {n}", f"B-{n}"] for n in range(count))
    _command("import_file", "organizations", str(path))


def _command(*arguments: str) -> dict[str, Any]:
    from django.core.management import call_command

    out = io.StringIO()
    try:
        call_command(*arguments, "--json", stdout=out)
    except SystemExit as stop:
        raise RuntimeError(f"{arguments} ended with {stop.code}: {out.getvalue()}") from None
    return dict(json.loads(out.getvalue().strip().splitlines()[-1]))


def _import(path: Path, *options: str) -> dict[str, Any]:
    return _command("import_file", "members", str(path), *options)


def _undo(run: int) -> dict[str, Any]:
    return _command("undo_import", str(run))


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _value(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _history_rows() -> int:
    return int(
        _value(
            "SELECT (SELECT count(*) FROM accounts_historicaluser)"
            " + (SELECT count(*) FROM organizations_historicalmembership)"
        )
    )


def _settle() -> None:
    """What autovacuum would have done by itself a minute later."""
    gc.collect()
    for table in TABLES:
        _run(f"VACUUM ANALYZE {table}")


def _floor(rows: int, folder: Path) -> float:
    """Take the final rows out, empty the tables, and COPY the rows in again; return the seconds."""
    from django.db import connection, transaction

    columns = {
        table: _value(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
            f"FROM information_schema.columns WHERE table_name = '{table}' AND is_generated = 'NEVER'"
        )
        for table in TABLES
    }
    for table in TABLES:
        with (
            (folder / f"{table}.copy").open("wb") as file,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns[table]}) TO STDOUT") as copy,
        ):
            for block in copy:
                file.write(block)
    for table in reversed(TABLES):
        _run(FLOOR_FLAG.format(table, "DISABLE"))
    for table in ("organizations_membership", "organizations_historicalmembership"):
        _run(f"DELETE FROM {table}")
    _run("DELETE FROM accounts_historicaluser")
    _run("DELETE FROM accounts_user")
    for table in TABLES:
        _run(f"VACUUM FULL {table}")
    started = time.perf_counter()
    with transaction.atomic():
        for table in TABLES:
            with (
                (folder / f"{table}.copy").open("rb") as file,
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table} ({columns[table]}) FROM STDIN") as copy,
            ):
                while block := file.read(1 << 18):
                    copy.write(block)
    seconds = time.perf_counter() - started
    for table in TABLES:
        _run(FLOOR_FLAG.format(table, "ENABLE"))
        (folder / f"{table}.copy").unlink()
    return seconds


def _page(run_id: int) -> float:
    """Return the seconds of the slowest of a plan's pages, each the best of five."""
    from apps.transfers.engine.tables import index_for_search
    from apps.transfers.models import ImportRun
    from apps.transfers.selectors import plan_rows
    from apps.transfers.selectors.plans import search_columns

    run = ImportRun.objects.get(pk=run_id)
    # As for every run of a browser's.
    index_for_search(run, search_columns(run))
    filters: list[dict[str, Any]] = [
        {},
        {"verdict": "create"},
        {"verdict": "refused"},
        {"verdict": "create", "after": run.rows // 2},
        {"search": "person77"},
        {"search": "500"},
        {"verdict": "update", "cause": "role"},
    ]
    slowest = 0.0
    for each in filters:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            plan_rows(run, **each)
            times.append(time.perf_counter() - started)
        slowest = max(slowest, min(times))
    return slowest


def _exports(rows: int, folder: Path) -> Iterator[Result]:
    from django.db import connection

    floor = float("inf")
    for _ in range(2):
        started = time.perf_counter()
        with (
            connection.cursor() as cursor,
            (folder / "floor.csv").open("wb") as file,
            cursor.copy(
                "COPY (SELECT u.email, u.first_name, u.last_name, u.phone, o.external_id, m.role "
                "FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id "
                "JOIN organizations_organization o ON o.id = m.organization_id) TO STDOUT (FORMAT csv)"
            ) as copy,
        ):
            for block in copy:
                file.write(block)
        floor = min(floor, time.perf_counter() - started)
    fields = "email,first_name,last_name,phone,organization,role"
    target = folder / "out.csv"
    done = min(
        _command("export_dataset", "members", "--fields", fields, "-o", str(target))["seconds"][
            "write"
        ]
        for _ in range(2)
    )
    yield Result("export to CSV, beside COPY", done, rows=rows, against=floor, goal=1.5)
    target = folder / "out.xlsx"
    xlsx = _command("export_dataset", "members", "--fields", fields, "-o", str(target))
    assert xlsx["rows"] == rows, xlsx
    yield Result("export to XLSX", xlsx["seconds"]["write"], rows=rows)
    if rows <= 100_000:
        yield Result("import of an XLSX, nothing changed", _import_xlsx(target), rows=rows)


def _import_xlsx(path: Path) -> float:
    return float(_import(path)["seconds"]["total"])


def _peer(rows: int, folder: Path) -> Iterator[Result]:
    """django-import-export and simple-history as they come, for the same rows."""
    import tablib
    from django.db import transaction
    from django.test import override_settings
    from import_export import fields, resources, widgets

    from apps.accounts.models import User
    from apps.organizations.models import Membership, Organization

    organizations = max(rows // 500, 10)
    _organizations(organizations, folder)
    path = _members(rows, organizations, folder / "peer.csv", salt="p")
    ours = _import(_members(rows, organizations, folder / "ours.csv", salt="o"))["seconds"]["total"]

    class PersonWidget(widgets.ForeignKeyWidget):
        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            user, is_new = User.objects.get_or_create(email=value)
            wanted = (row["First"], row["Last"], row["Office phone"])
            if is_new or (user.first_name, user.last_name, user.phone) != wanted:
                user.first_name, user.last_name, user.phone = wanted
                user.save()
            return user

    roles = {"chair": "owner", "vice chair": "admin", "member": "member", "advisory": "viewer"}

    class RoleWidget(widgets.CharWidget):
        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return roles[value]

    class PeerResource(resources.ModelResource):
        user = fields.Field("user", "E-mail", PersonWidget(User, "email"))
        organization = fields.Field(
            "organization", "Committee ID", widgets.ForeignKeyWidget(Organization, "external_id")
        )
        role = fields.Field("role", "Position", RoleWidget())

        class Meta:
            model = Membership
            fields = ("user", "organization", "role")
            import_id_fields = ("user", "organization")

    for table in TABLES:
        _run(FLOOR_FLAG.format(table, "DISABLE"))
    data = tablib.Dataset().load(path.read_text(), format="csv")
    started = time.perf_counter()
    with override_settings(SIMPLE_HISTORY_ENABLED=True):
        for dry_run in (True, False):
            with transaction.atomic():
                result = PeerResource().import_data(data, dry_run=dry_run, raise_errors=True)
                assert not result.has_errors()
    peer = time.perf_counter() - started
    for table in TABLES:
        _run(FLOOR_FLAG.format(table, "ENABLE"))
    yield Result(
        "times faster than django-import-export",
        peer,
        rows=rows,
        against=ours,
        goal=100,
        at_least=True,
    )
    fields_ = "email,first_name,last_name,phone,organization,role"
    target = folder / "peer.xlsx"
    mine = _command("export_dataset", "members", "--fields", fields_, "-o", str(target))
    started = time.perf_counter()
    content = PeerResource().export(Membership.objects.all()).export("xlsx")
    assert content
    yield Result(
        "times faster XLSX export than import-export's",
        time.perf_counter() - started,
        rows=mine["rows"],
        against=mine["seconds"]["write"],
        goal=4,
        at_least=True,
    )


if __name__ == "__main__":
    from tests.bench.__main__ import table

    wanted = tuple(int(each) for each in sys.argv[1:]) or SIZES
    print(table(measure(wanted, peer_rows=0)))
