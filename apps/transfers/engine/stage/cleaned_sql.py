"""SQL of what an import would read from an exported text: the counterpart of `ColumnReader`."""

from psycopg.sql import SQL, Composable, Literal

from apps.transfers.declarations import Column, FieldKind
from apps.transfers.engine.cells import HYPHENS
from apps.transfers.engine.stage.column_reader import invisible_in, spaces


def cleaned_sql(column: Column, text: Composable) -> Composable:
    """Return SQL of a stored text as an import would read it.

    It may have been stored in another way, with a form's line endings or double spaces.
    """
    wide = spaces()
    text = SQL("normalize(translate({}, {}, repeat(' ', {})), NFC)").format(
        text, Literal(wide + invisible_in(column)), Literal(len(wide))
    )
    if column.multiline:
        text = SQL(r"replace(replace({}, E'\r\n', E'\n'), E'\r', E'\n')").format(text)
    else:
        text = SQL(
            r"regexp_replace(btrim({}, E' \t\r\n'), E'[ \t]*[\r\n\t]+[ \t]*', ' ', 'g')"
        ).format(text)
    text = SQL(r"btrim({}, E' \t\r\n')").format(text)
    if column.kind is FieldKind.PHONE:
        text = SQL("regexp_replace(translate({}, {}, repeat('-', {})), '^tel: *', '', 'i')").format(
            text, Literal(HYPHENS), Literal(len(HYPHENS))
        )
    return text
