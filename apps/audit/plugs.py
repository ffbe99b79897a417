"""What the audit answers for the ground floor."""

from apps.audit import authorship
from apps.audit.context import audit_context
from apps.core.ports import ATTRIBUTION, AUTHORSHIP

ATTRIBUTION.plug(audit_context)
AUTHORSHIP.plug(authorship)
