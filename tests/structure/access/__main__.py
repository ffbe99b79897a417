"""`python -m tests.structure.access`: print what each page and action asks for, and what each role is answered."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.structure.access import table
    from tests.structure.access.entries import entries

    known = entries()
    print(table.render(known))  # noqa: T201
    for fault in table.lines(known)[1]:
        print(fault)  # noqa: T201


if __name__ == "__main__":
    main()
