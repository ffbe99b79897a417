"""What stays writable in read-only mode: bulk actions give their claims back."""

from apps.bulk.models import BulkRun
from apps.core.jobs import CLAIM_COLUMNS
from apps.core.read_only import stays_writable

stays_writable(
    BulkRun, columns=CLAIM_COLUMNS, because="A bulk action that waits gives its claim back."
)
