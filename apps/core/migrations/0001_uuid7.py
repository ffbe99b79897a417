"""The SQL function `uuid7()`: PostgreSQL 18's own where it is there, an equal one before that.

Keys default to it in the database, so the first migration of an app with such a key depends on this one.
"""

from django.db import migrations

CREATE = """
DO $do$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE FUNCTION uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
        AS 'SELECT uuidv7()';
    ELSE
        -- A version 4 UUID whose first 48 bits are overlaid with the time and whose version is set to 7.
        CREATE FUNCTION uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fn$
            SELECT encode(
                set_bit(set_bit(
                    overlay(
                        uuid_send(gen_random_uuid())
                        PLACING substring(
                            int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3
                        )
                        FROM 1 FOR 6
                    ), 52, 1), 53, 1), 'hex')::uuid
        $fn$;
    END IF;
END
$do$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION IF EXISTS uuid7()")]
