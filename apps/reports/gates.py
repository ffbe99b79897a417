"""The feature gate of report e-mails."""

from apps.core.gates import Gate

REPORT_MAILS = Gate(
    name="report-mails",
    label="Report e-mails",
    description="E-mails scheduled reports to their subscribers.",
    owner="Operations",
    by="switch",
    default=True,
    kind="operations",
    off_headline="Report e-mails are switched off",
)
