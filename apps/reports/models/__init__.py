"""Runs of reports, subscriptions to them, and the e-mails that subscribers get."""

from apps.reports.models.closed_period import ClosedNumbers, ClosedPeriod
from apps.reports.models.mailing import ReportDelivery, ReportEdition, ReportMailing
from apps.reports.models.run import ReportRun, private_storage
from apps.reports.models.subscription import ReportRecipient, ReportSubscription

__all__ = [
    "ClosedNumbers",
    "ClosedPeriod",
    "ReportDelivery",
    "ReportEdition",
    "ReportMailing",
    "ReportRecipient",
    "ReportRun",
    "ReportSubscription",
    "private_storage",
]
