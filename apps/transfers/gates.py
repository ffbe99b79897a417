"""The feature gate of imports."""

from apps.core.gates import Gate

BULK_IMPORT = Gate(
    name="bulk-import",
    label="Bulk import",
    description="Allows imports of rosters and other files, in the admin and on the command line.",
    owner="Support",
    by="flag",
    default=True,
    kind="operations",
    off_headline="Imports are switched off",
    permission="transfers.import_data",
)
