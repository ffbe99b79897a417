"""What the reports plug into core."""

from apps.core.job_kinds import JOB_KINDS, JobKind
from apps.reports.models import ReportRun

JOB_KINDS.add(JobKind(ReportRun, "apps.reports.tasks.make_report", lambda run: "bulk"))
