"""What the code declares of flags, switches and samples: the gates of every app, by what closes them.

The set-up creates what is missing (`flags_ensure`) and never overwrites what staff have set. The
admin marks what is declared and gone from the database, and what is there and not declared.
"""

from apps.core.gates import DECLARED, Gate


def declared_gates(by: str) -> dict[str, Gate]:
    """Return the gates closed by a "flag", a "switch" or a "sample", by name."""
    return {gate.name: gate for gate in DECLARED if gate.by == by}
