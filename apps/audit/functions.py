"""The functions that the audit triggers call, as they are in the database.

The first migration creates them. To change one, change it here and add a migration that runs it
again; `verify_audit` compares the database with this module.
"""

# Returns the change set of the current transaction, and creates it the first time.
CHANGE_SET = """
CREATE OR REPLACE FUNCTION audit_change_set() RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    recorded text := nullif(current_setting('audit.recorded', true), '');
    wanted uuid := nullif(current_setting('audit.change_set', true), '')::uuid;
    actor uuid := nullif(current_setting('audit.actor', true), '')::uuid;
    context jsonb := coalesce(nullif(current_setting('audit.context', true), ''), '{}')::jsonb;
    application text := coalesce(current_setting('application_name', true), '');
    label text := coalesce(nullif(context->>'actor_label', ''), session_user);
    root uuid;
    found_id uuid;
BEGIN
    IF recorded IS NOT NULL THEN
        RETURN recorded::uuid;
    END IF;
    wanted := coalesce(wanted, uuid7());
    root := coalesce((context->>'root')::uuid, wanted);
    -- A change set has one actor. A second actor gets another change set, under the same root;
    -- so does a session that claims the change set of another database role.
    FOR attempt IN 1..2 LOOP
        IF attempt = 2 THEN
            wanted := md5(concat_ws('/', wanted, actor, label, context->>'real_actor',
                context->>'source', context->>'run_kind', context->>'run_id', session_user))::uuid;
        END IF;
        INSERT INTO audit_changeset (id, position, root_id, started_at, actor_id, actor_label, real_actor_id,
            real_actor_label, reason, source, request_id, path, address, run_kind, run_id,
            database_role, application)
        SELECT wanted, nextval('audit_position'), root, clock_timestamp(), actor, label,
            nullif(context->>'real_actor', '')::uuid, coalesce(context->>'real_actor_label', ''),
            coalesce(current_setting('audit.reason', true), ''),
            coalesce(nullif(context->>'source', ''), 'database'),
            coalesce(context->>'request_id', ''), coalesce(context->>'path', ''),
            coalesce(context->>'address', ''), coalesce(context->>'run_kind', ''),
            coalesce(context->>'run_id', ''), session_user, application
        ON CONFLICT (id) DO NOTHING
        RETURNING id INTO found_id;
        EXIT WHEN found_id IS NOT NULL;
        SELECT id INTO found_id FROM audit_changeset
        WHERE id = wanted AND actor_id IS NOT DISTINCT FROM actor AND actor_label = label
            AND real_actor_id IS NOT DISTINCT FROM nullif(context->>'real_actor', '')::uuid
            AND database_role = session_user;
        EXIT WHEN found_id IS NOT NULL;
    END LOOP;
    PERFORM set_config('audit.recorded', found_id::text, true);
    RETURN found_id;
END;
$$
"""

# Only triggers add rows to the audit tables. Rows are removed only in a transaction that names
# its reason in `audit.retention`, and each removal is recorded in audit_removal. Personal data is
# redacted only in a transaction that names its reason in `audit.redaction`; the trigger
# `record_redaction` refuses any other change, and records the redaction in audit_redaction.
GUARD = """
CREATE OR REPLACE FUNCTION audit_guard(table_name name, operation text, depth int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF operation = 'INSERT' AND depth > 1 THEN
        RETURN;
    END IF;
    IF operation = 'DELETE' AND nullif(current_setting('audit.retention', true), '') IS NOT NULL
        AND table_name NOT IN ('audit_removal', 'audit_redaction', 'audit_seal', 'audit_sealblock')
    THEN
        RETURN;
    END IF;
    IF operation = 'UPDATE' AND nullif(current_setting('audit.redaction', true), '') IS NOT NULL
        AND table_name NOT IN ('audit_removal', 'audit_redaction', 'audit_seal', 'audit_sealblock')
    THEN
        RETURN;
    END IF;
    IF operation = 'TRUNCATE' AND current_setting('audit.flush', true) = current_database()
        AND starts_with(current_database(), 'test_')
    THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % of % is refused', operation, table_name
        USING ERRCODE = 'insufficient_privilege',
        HINT = 'manage.py trim_history removes old rows.';
END;
$$
"""

REFUSE_TRUNCATE = """
CREATE OR REPLACE FUNCTION audit_refuse_truncate(table_name name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('audit.flush', true) = current_database()
        AND starts_with(current_database(), 'test_')
    THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'TRUNCATE of % is refused: it would leave no history', table_name
        USING ERRCODE = 'insufficient_privilege', HINT = 'Use DELETE.';
END;
$$
"""

FUNCTIONS = {
    "audit_change_set": CHANGE_SET,
    "audit_guard": GUARD,
    "audit_refuse_truncate": REFUSE_TRUNCATE,
}
