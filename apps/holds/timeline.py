"""Declares the timeline of legal holds."""

from apps.audit.timeline.registry import timeline_label, timeline_never_reverts
from apps.holds.models import LegalHold

timeline_label(LegalHold, "{subject_type}", created="set the legal hold")
timeline_never_reverts(LegalHold, because="a hold is set and lifted by people who may")
