#!/usr/bin/env python
"""Django's command line, with the embedded database started where it is used."""

import os
import sys

# They write source code, which other users of the machine may read.
SOURCE_COMMANDS = {"makemigrations", "squashmigrations", "optimizemigration", "startapp"}


def settings_option(arguments: list[str]) -> str:
    """Return what `--settings` names; Django itself reads it only after the settings are chosen."""
    for number, argument in enumerate(arguments):
        if argument.startswith("--settings="):
            return argument.partition("=")[2]
        if argument == "--settings":
            return "".join(arguments[number + 1 : number + 2])
    return ""


def main() -> None:
    from config.entry import enter
    from deploy.standalone.prepared_note import recorded

    if option := settings_option(sys.argv[1:]):
        os.environ["DJANGO_SETTINGS_MODULE"] = (
            option  # It comes before the environment, as in Django.
        )
    enter(default=recorded())
    if SOURCE_COMMANDS & set(sys.argv[1:2]):
        os.umask(0o022)

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
