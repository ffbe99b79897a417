"""Plugs the audit app into core's ports."""

from apps.audit import authorship
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet
from apps.audit.redaction import redact_purged
from apps.core.actors import ATTRIBUTION
from apps.core.authorship import AUTHORSHIP
from apps.core.scope import unscoped
from apps.core.trash.moves import AFTER_PURGE, AfterPurge

ATTRIBUTION.plug(audit_context)
AUTHORSHIP.plug(authorship)
AFTER_PURGE.add(AfterPurge("redaction", redact_purged))
unscoped(ChangeSet, because="its pages show the entries in scope")
