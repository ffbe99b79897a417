"""Reads a snapshot with one statement, so that all of it is of one moment."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from apps.flags.evaluation.snapshot import FlagState, Snapshot, Targets, Version

# A cursor's `execute` and `fetchall` in one.
type Ask = Callable[[str], Iterable[tuple[Any, ...]]]

VERSION = "SELECT version, extract(epoch FROM changed_at)::text FROM flags_version"


def _keys(table: str, column: str) -> str:
    return f"ARRAY(SELECT {column} FROM {table} WHERE flag_id = f.id)"  # noqa: S608


# Each kind of target is read by its own subquery. Joined, 100 people and 1,000 organizations would make 100,000 rows.
_ALL = f"""
    SELECT 'version', version::text, extract(epoch FROM changed_at)::text,
        NULL::uuid[], NULL::int[], NULL::uuid[], NULL::uuid[], NULL::int[], NULL::uuid[], NULL::text[]
    FROM flags_version
    UNION ALL
    SELECT 'flag', f.name, to_jsonb(f)::text,
        {_keys("flags_flag_users", "user_id")},
        {_keys("flags_flag_groups", "group_id")},
        {_keys("flags_flag_organizations", "organization_id")},
        {_keys("flags_flag_denied_users", "user_id")},
        {_keys("flags_flag_denied_groups", "group_id")},
        {_keys("flags_flag_denied_organizations", "organization_id")},
        ARRAY(
            SELECT other.name FROM flags_flag_prerequisites p JOIN flags_flag other ON other.id = p.to_flag_id
            WHERE p.from_flag_id = f.id ORDER BY other.name
        )
    FROM flags_flag f
    UNION ALL
    SELECT 'switch', s.name, to_jsonb(s)::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM flags_switch s
    UNION ALL
    SELECT 'sample', s.name, to_jsonb(s)::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM flags_sample s
"""  # noqa: S608  Nothing in it comes from outside.


def load(ask: Ask) -> Snapshot:
    """Read everything. Raises what the database raises."""
    version: Version = None
    flags: dict[str, FlagState] = {}
    switches: dict[str, bool] = {}
    samples: dict[str, Decimal] = {}
    rows = {}
    for kind, name, text, *keys in ask(_ALL):
        if kind == "version":
            version = (int(name), text)
            continue
        row = json.loads(text, parse_float=Decimal)
        rows[kind, name] = MappingProxyType(row)
        if kind == "flag":
            flags[name] = flag_state(row, keys[:3], keys[3:6], keys[6])
        elif kind == "switch":
            switches[name] = row["active"]
        else:
            samples[name] = Decimal(row["percent"])
    return Snapshot(
        version=version,
        flags=MappingProxyType(flags),
        switches=MappingProxyType(switches),
        samples=MappingProxyType(samples),
        rows=MappingProxyType(rows),
    )


def flag_state(
    row: dict[str, Any],
    allowed: Iterable[Iterable[Any]],
    denied: Iterable[Iterable[Any]],
    prerequisites: Iterable[str],
) -> FlagState:
    """Return what a flag of these columns and targets says."""
    return FlagState(
        name=row["name"],
        everyone=row["everyone"],
        authenticated=row["authenticated"],
        staff=row["staff"],
        superusers=row["superusers"],
        percent=int(Decimal(row["percent"] or 0) * 10),
        is_percent_by_organization=row["percent_by"] == "organization",
        allowed=_targets(*allowed),
        denied=_targets(*denied),
        prerequisites=tuple(prerequisites),
    )


def _targets(people: Iterable[UUID], roles: Iterable[int], found: Iterable[UUID]) -> Targets:
    return Targets(
        people=frozenset(key.int for key in people),
        roles=frozenset(roles),
        organizations=frozenset(key.int for key in found),
    )
