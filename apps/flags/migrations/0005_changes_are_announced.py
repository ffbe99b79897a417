"""Each change of flags raises a version at its commit and notifies the processes that answer from memory."""

from django.db import migrations

TABLES = (
    "flags_flag",
    "flags_flag_users",
    "flags_flag_groups",
    "flags_flag_organizations",
    "flags_flag_denied_users",
    "flags_flag_denied_groups",
    "flags_flag_denied_organizations",
    "flags_flag_prerequisites",
    "flags_switch",
    "flags_sample",
)
_OPERATIONS = {
    "insert": "INSERT ON {} REFERENCING NEW TABLE AS changed_rows",
    "update": "UPDATE ON {} REFERENCING NEW TABLE AS changed_rows",
    "delete": "DELETE ON {} REFERENCING OLD TABLE AS changed_rows",
    "truncate": "TRUNCATE ON {}",
}
_TRIGGERS = "".join(
    f"CREATE TRIGGER flags_note_{name} AFTER {operation.format(table)} "
    "FOR EACH STATEMENT EXECUTE FUNCTION flags_note_change();\n"
    for table in TABLES
    for name, operation in _OPERATIONS.items()
)

ANNOUNCE = f"""
    CREATE TABLE flags_version (
        id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL
    );
    INSERT INTO flags_version (version, changed_at) VALUES (1, clock_timestamp());

    -- One row for a transaction that has changed flags and is not committed yet.
    CREATE TABLE flags_change (xact xid8 PRIMARY KEY);

    -- Signs of life. They need not survive a crash of the server, after which each process writes its own again.
    CREATE UNLOGGED TABLE flags_process (
        name text PRIMARY KEY,
        kind text NOT NULL,
        version bigint NOT NULL,
        since timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        started_at timestamptz NOT NULL
    ) WITH (fillfactor = 50);

    CREATE FUNCTION flags_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP <> 'TRUNCATE' THEN
            IF NOT EXISTS (SELECT FROM changed_rows) THEN
                RETURN NULL;
            END IF;
        END IF;
        INSERT INTO flags_change (xact) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
        -- The client learns at once that its own transaction sees other flags; see apps/flags/evaluation/own_writes.py.
        RAISE INFO USING ERRCODE = 'QD001',
            MESSAGE = 'Flags have changed. Every process answers from this after the commit.';
        RETURN NULL;
    END $$;

    -- Deferred to the commit: a transaction that stays open must not keep another one from turning a flag.
    CREATE FUNCTION flags_raise_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    DECLARE raised bigint;
    BEGIN
        INSERT INTO flags_version AS known (version, changed_at) VALUES (1, clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET version = known.version + 1, changed_at = clock_timestamp()
        RETURNING version INTO raised;
        DELETE FROM flags_change WHERE xact = NEW.xact;
        PERFORM pg_notify('flags', raised::text);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER flags_raise_version AFTER INSERT ON flags_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION flags_raise_version();

    {_TRIGGERS}
"""

FORGET = f"""
    {"".join(f"DROP TRIGGER flags_note_{name} ON {table};" for table in TABLES for name in _OPERATIONS)}
    DROP TABLE flags_change, flags_version, flags_process;
    DROP FUNCTION flags_note_change(), flags_raise_version();
"""

NO_CIRCLES = """
    CREATE FUNCTION flags_refuse_circle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    BEGIN
        -- Of two transactions that each add half of a circle, the second must see the first.
        PERFORM pg_advisory_xact_lock(hashtextextended('flags_flag_prerequisites', 0));
        IF EXISTS (
            WITH RECURSIVE reached (start, flag) AS (
                SELECT from_flag_id, to_flag_id FROM flags_flag_prerequisites
                UNION
                SELECT reached.start, p.to_flag_id
                FROM reached JOIN flags_flag_prerequisites p ON p.from_flag_id = reached.flag
            )
            SELECT FROM reached WHERE start = flag
        ) THEN
            RAISE EXCEPTION 'a flag would need itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'flag_needs_no_circle';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER flags_refuse_circle AFTER INSERT OR UPDATE ON flags_flag_prerequisites
    FOR EACH STATEMENT EXECUTE FUNCTION flags_refuse_circle();
"""
CIRCLES = """
    DROP TRIGGER flags_refuse_circle ON flags_flag_prerequisites;
    DROP FUNCTION flags_refuse_circle();
"""


class Migration(migrations.Migration):
    dependencies = [("flags", "0004_answered_from_memory")]

    operations = [migrations.RunSQL(ANNOUNCE, FORGET), migrations.RunSQL(NO_CIRCLES, CIRCLES)]
