"""What the reports plug into core."""

from apps.core.job_kinds import JOB_KINDS, JobKind
from apps.reports.models import ReportRun
from apps.reports.services.runs import MAKE

JOB_KINDS.add(JobKind(ReportRun, MAKE, lambda run: "bulk"))
