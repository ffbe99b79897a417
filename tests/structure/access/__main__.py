"""`python -m tests.structure.access`: align the table, fill in the roles' cells, add new entries.

A new entry comes with what its kind of page usually asks for, or with "?": look at each, and correct
it to what the entry *should* ask for. `--check` writes nothing and fails where something would change.
"""

import os
import sys

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.structure.access import table
    from tests.structure.access.entries import entries
    from tests.structure.access.proposals import proposal

    known = entries()
    lines = table.read() if table.TABLE.exists() else {}
    new = [name for name in known if name not in lines]
    gone = [name for name in lines if name not in known]
    lines = {name: line for name, line in lines.items() if name in known}
    lines |= {name: proposal(known[name]) for name in new}
    text = table.render(lines, known)
    same = table.TABLE.exists() and table.TABLE.read_text(encoding="utf-8") == text
    if "--check" not in sys.argv:
        table.TABLE.write_text(text, encoding="utf-8")
    for word, names in (("New", new), ("Gone", gone)):
        for name in names:
            print(f"{word}: {name}")  # noqa: T201
    return 1 if "--check" in sys.argv and not same else 0


if __name__ == "__main__":
    raise SystemExit(main())
