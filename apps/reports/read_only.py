"""What stays writable in read-only mode: a report only reads, and what a mail server accepted is recorded."""

from apps.core.jobs import CLAIM_COLUMNS
from apps.core.read_only import ANY_UPDATE, stays_writable
from apps.reports.models import ReportDelivery, ReportMailing, ReportRun

stays_writable(ReportRun, because="A report only reads; its row says who took what.")
stays_writable(
    ReportMailing, columns=CLAIM_COLUMNS, because="A mailing that waits gives its claim back."
)
stays_writable(
    ReportDelivery,
    columns=ANY_UPDATE,
    because="An e-mail that a mail server has accepted must not be sent twice.",
)
