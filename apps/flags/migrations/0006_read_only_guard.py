"""The functions behind read-only mode: one refuses a write, the other waits for writers before the mode is on.

Each transaction that writes holds a shared lock to its end, and turning the mode on takes it alone. So no writer is
under way when the mode is committed, and whoever waited for the lock then sees the mode.
"""

from django.db import migrations

# Any number that no other lock of ours has.
LOCK = 7_281_994

GUARD = f"""
    -- Called before each statement on a guarded table, so it does little while the mode is off. Every name has its
    -- schema, because a search path set here would be set for each statement.
    CREATE FUNCTION read_only_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        since timestamptz;
        why text;
    BEGIN
        IF NOT pg_try_advisory_xact_lock_shared({LOCK}) THEN
            PERFORM pg_advisory_xact_lock_shared({LOCK});
        END IF;
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
            -- Such a transaction sees the switch as it was at its start; this fails if it has been turned since.
            PERFORM FROM public.flags_switch WHERE name = 'read-only' FOR SHARE;
        END IF;
        IF NOT EXISTS (SELECT FROM public.flags_switch WHERE name = 'read-only' AND active) THEN
            RETURN NULL;
        END IF;
        IF coalesce(current_setting('release.step', true), '') = 'on' THEN
            RETURN NULL;
        END IF;
        SELECT history_date, nullif(trim(history_change_reason), '') INTO since, why
        FROM public.flags_historicalswitch
        WHERE name = 'read-only' AND active AND history_id > coalesce((
            SELECT max(history_id) FROM public.flags_historicalswitch WHERE name = 'read-only' AND NOT active
        ), 0)
        ORDER BY history_id LIMIT 1;
        RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
            MESSAGE = 'Quarterdeck is read-only'
                || coalesce(to_char(since AT TIME ZONE 'UTC', '" since "YYYY-MM-DD HH24:MI" UTC"'), '')
                || coalesce(': ' || rtrim(why, '.'), '') || '. Nothing was changed.',
            DETAIL = TG_OP || ' of ' || TG_TABLE_NAME || ' is refused.',
            HINT = 'The switch read-only turns this off.';
    END $$;

    CREATE FUNCTION read_only_wait() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '10s' AS $$
    DECLARE writing text;
    BEGIN
        PERFORM pg_advisory_xact_lock({LOCK});
    EXCEPTION WHEN lock_not_available THEN
        SELECT string_agg(format('process %s%s, for %s s', pid, coalesce(' (' || nullif(application_name, '') || ')', ''),
            extract(epoch FROM clock_timestamp() - xact_start)::int), '; ' ORDER BY xact_start)
        INTO writing FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND (classid, objid, objsubid) = (0, {LOCK}, 1) AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid();
        RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
            MESSAGE = 'Read-only mode was not turned on, because a change is not finished: '
                || coalesce(writing, 'it ended just now') || '.',
            HINT = 'Try again, or end that process first.';
    END $$;
"""  # noqa: S608  A number of ours.
FORGET = """
    DROP FUNCTION read_only_guard() CASCADE;
    DROP FUNCTION read_only_wait();
"""


class Migration(migrations.Migration):
    dependencies = [("flags", "0005_planned_changes")]

    operations = [migrations.RunSQL(GUARD, FORGET)]
