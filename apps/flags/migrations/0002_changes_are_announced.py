"""Each change of flags raises a version at its commit and notifies the processes that answer from memory."""

from django.db import migrations

ANNOUNCE = """
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

    CREATE FUNCTION flags_note_change() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO flags_change (xact) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
        -- The client learns at once that its own transaction sees other flags; see apps/flags/evaluation/own_writes.py.
        RAISE INFO USING ERRCODE = 'QD001',
            MESSAGE = 'Flags have changed. Every process answers from this after the commit.';
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
"""
FORGET = """
    DROP TABLE flags_change, flags_version, flags_process;
    DROP FUNCTION flags_note_change(), flags_raise_version();
"""


class Migration(migrations.Migration):
    dependencies = [("flags", "0001_initial")]

    operations = [migrations.RunSQL(ANNOUNCE, FORGET)]
