"""The feature gates of imports."""

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

CREATE_MISSING = Gate(
    name="create-missing",
    label="Create missing records in imports",
    description="Lets an import create the organizations and other records that its rows name and that don't exist yet.",
    owner="Support",
    by="flag",
    default=True,
    kind="operations",
    off_headline="Creating missing records in imports is switched off",
)
