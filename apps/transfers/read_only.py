"""What stays writable in read-only mode: exports only read, and imports give their claims back."""

from apps.core.jobs import CLAIM_COLUMNS
from apps.core.read_only import stays_writable
from apps.transfers.models import ExportRun, ImportRun, UndoRun

stays_writable(ExportRun, because="An export only reads; its row says who took what.")
stays_writable(
    *(ImportRun, UndoRun),
    columns=CLAIM_COLUMNS,
    because="A run that waits gives its claim back.",
)
stays_writable(
    "import_%",
    because="The working tables of a run hold no records, and no worker can claim the run.",
)
