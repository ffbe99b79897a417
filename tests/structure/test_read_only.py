"""Read-only mode: every table of the database is guarded, or stays writable by a declaration with a reason."""

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations import Migration

from apps.core.read_only import WRITABLE, writable
from apps.core.read_only_guards import present_guards, wanted_guards

pytestmark = pytest.mark.django_db


def test_every_table_is_guarded_as_declared() -> None:
    wanted, present = wanted_guards(), present_guards()

    assert {table: guard for table, guard in wanted.items() if guard is not None} == present
    assert sum(guard is not None for guard in wanted.values()) > 40


def test_every_declaration_names_a_table_and_its_columns_and_says_why() -> None:
    tables = wanted_guards()
    for one in WRITABLE:
        assert one.because.endswith("."), one
        if one.table.endswith("%"):
            continue
        assert one.table in tables, f"{one.table} is no table. Remove its declaration."
        with connection.cursor() as cursor:
            columns = {
                each.name
                for each in connection.introspection.get_table_description(cursor, one.table)
            }
        assert set(one.columns) - {"*"} <= columns, one


@pytest.mark.parametrize(
    "table", ["organizations_organization", "accounts_user_groups", "auth_group"]
)
def test_records_and_rights_are_never_writable(table: str) -> None:
    assert writable(table) is None


def test_a_migration_changes_a_column_that_a_guard_names() -> None:
    alter = "ALTER TABLE accounts_user ALTER first_name TYPE varchar(5000)"

    emit_pre_migrate_signal(0, False, "default", plan=[(Migration("a_step", "flags"), False)])
    with connection.cursor() as cursor:
        cursor.execute(alter)
    assert "accounts_user" not in present_guards()
    emit_post_migrate_signal(0, False, "default")

    assert present_guards()["accounts_user"].columns
