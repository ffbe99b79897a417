"""The flags, switches, and samples that the code declares: the gates of every app, by their kind.

The set-up creates missing ones (`flags_ensure`) and never overwrites what staff have set. The admin
marks declared ones that are missing from the database, and existing ones that are not declared.
"""

from apps.core.gates import DECLARED, Gate


def declared_gates(by: str) -> dict[str, Gate]:
    """Return the gates closed by a "flag", a "switch" or a "sample", by name."""
    return {gate.name: gate for gate in DECLARED if gate.by == by}
