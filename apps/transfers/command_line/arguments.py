"""The arguments of `import_file`, each with what it does."""

from pathlib import Path

from django.core.management.base import CommandParser

from apps.transfers import registry


def add_import_arguments(parser: CommandParser) -> None:
    names = ", ".join(each.dataset() for each in registry.all_datasets())
    parser.add_argument("dataset", help=f"What the file holds: {names}.")
    parser.add_argument("path", type=Path, help="The CSV or XLSX file.")
    _add_reading(parser)
    _add_meanings(parser)
    _add_going_about(parser)


def _add_reading(parser: CommandParser) -> None:
    group = parser.add_argument_group("how the file is read (detected if not given)")
    group.add_argument(
        "--encoding", default="", help="The encoding of a text file, such as utf-8 or cp1250."
    )
    group.add_argument(
        "--delimiter", default="", help='What separates cells: one character, or "tab".'
    )
    group.add_argument("--sheet", default="", help="The sheet of a workbook, by its name.")
    group.add_argument(
        "--header-row",
        type=int,
        default=0,
        metavar="N",
        help="The row that holds the header, counted from 1. 0 detects it.",
    )


def _add_meanings(parser: CommandParser) -> None:
    group = parser.add_argument_group("what the columns and words mean (repeat as needed)")
    group.add_argument(
        "--map",
        action="append",
        metavar="HEADER=FIELD",
        help='The field that a column is matched to; "#3" is column 3, and no field leaves the column out.',
    )
    group.add_argument(
        "--value",
        action="append",
        metavar="FIELD:WORD=VALUE",
        help='What a word of the file means, as "role:chair=owner"; no value refuses the row.',
    )
    group.add_argument(
        "--blank",
        action="append",
        metavar="FIELD=leave|clear|refuse",
        help="What an empty cell does: leave the record's value, clear it, or refuse the row.",
    )
    group.add_argument(
        "--empty",
        action="append",
        metavar="FIELD=WORD",
        help='A word that means an empty cell, as "phone=n/a".',
    )
    group.add_argument(
        "--date-order",
        action="append",
        metavar="FIELD=dmy|mdy|ymd",
        help="The order of day, month, and year, for dates that can be read two ways.",
    )
    group.add_argument(
        "--decimal-mark",
        choices=[".", ","],
        default="",
        help="The decimal mark, for numbers that can be read two ways.",
    )


def _add_going_about(parser: CommandParser) -> None:
    group = parser.add_argument_group("what to do")
    group.add_argument(
        "--mode",
        choices=["upsert", "create", "update"],
        default="upsert",
        help="Create and update (upsert, the default), only create, or only update records.",
    )
    group.add_argument(
        "--on-error",
        choices=["skip", "stop"],
        default="skip",
        help="If rows fail: apply the others (skip, the default), or nothing at all (stop).",
    )
    group.add_argument(
        "--stop-after",
        type=int,
        metavar="N",
        help="Apply nothing once N rows have failed; 0, the default, is never.",
    )
    group.add_argument(
        "--create-missing",
        action="append",
        metavar="FIELD",
        help='Create missing records that this field names, such as "organization".',
    )
    group.add_argument(
        "--dry-run",
        action="store_true",
        help="Plan, and apply nothing. The exit status is that of the import.",
    )
    group.add_argument("--reason", default="", help="Why you import this. Kept in the audit log.")
    group.add_argument(
        "--user",
        metavar="EMAIL",
        help="Import with this person's permissions. Default: the system.",
    )
    group.add_argument(
        "--json", action="store_true", help="Print one JSON object, even if the command fails."
    )
