"""What staff can close of imports."""

from apps.core.gates import Gate

BULK_IMPORT = Gate(
    name="bulk-import",
    label="Bulk import",
    description="Lets rosters and other files be imported, in the admin and by command.",
    owner="Support",
    by="flag",
    default=True,
    kind="operations",
    off_headline="Imports are switched off",
    permission="transfers.import_data",
)
