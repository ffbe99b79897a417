"""Read-only mode, which is turned on and off as a switch."""

from apps.core.gates import Gate

READ_ONLY_MODE = Gate(
    name="read-only",
    label="Read-only mode",
    description=(
        "Refuses every change of data, for maintenance. People can sign in and read. Imports and other jobs wait, "
        "and go on when it is off again."
    ),
    owner="Operations",
    by="switch",
    default=False,
    kind="operations",
    off_headline="Read-only mode is off",
)
