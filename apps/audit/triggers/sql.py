"""The parts of every audit trigger: its template, its names, a digest."""

import pgtrigger
from django.db.models import Model
from pgtrigger import compiler


class AuditTriggerSql(compiler.UpsertTriggerSql):
    """pgtrigger's template without the `pgtrigger.ignore` bypass, run as the tables' owner.

    Nested loops are off because plpgsql keeps the plan of a session's first call, which may have
    seen one row. Joined by a nested loop, the next 100,000 rows would take hours.
    """

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER
            LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp SET enable_nestloop = off AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class PlainTextSql(AuditTriggerSql):
    """Digests must not depend on the client's settings."""

    def get_template(self) -> str:
        return (
            super()
            .get_template()
            .replace(
                "SET enable_nestloop = off",
                "SET enable_nestloop = off SET timezone = 'UTC' SET datestyle = 'ISO, YMD'"
                " SET intervalstyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1",
            )
        )


# pgtrigger says `Model` where it passes the class.
type TriggerModel = Model | type[Model]


class AuditTrigger(pgtrigger.Trigger):
    """An audit trigger; `pgtrigger.ignore` never skips it."""

    sql_class: type[AuditTriggerSql] = AuditTriggerSql

    def compile(self, model: Model) -> compiler.Trigger:
        return compiler.Trigger(
            name=self.name,
            sql=self.sql_class(
                pgid=self.get_pgid(model),
                declare=self.render_declare(model),
                func=self.render_func(model),
                table=model._meta.db_table,
                when=self.when,
                operation=self.operation,
                referencing=self.referencing or "",
                level=self.level,
                condition=self.render_condition(model),
            ),
        )


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def group_digest(alias: str, columns: list[str]) -> str:
    """Return the SQL of a digest over columns that are redacted together."""
    row = ", ".join(f"{alias}.{quoted(column)}" for column in columns)
    return f"encode(substr(sha256(convert_to(ROW({row})::text, 'UTF8')), 1, 16), 'hex')::uuid"


def tracked_columns(model: TriggerModel, left_out: set[str]) -> list[str]:
    return [
        quoted(str(field.column))
        for field in model._meta.concrete_fields
        if field.name not in left_out and not field.generated
    ]
