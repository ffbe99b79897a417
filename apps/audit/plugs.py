"""Plugs the audit app into core's ports."""

from apps.audit import authorship
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet
from apps.core.actors import ATTRIBUTION
from apps.core.authorship import AUTHORSHIP
from apps.core.scope import unscoped

ATTRIBUTION.plug(audit_context)
AUTHORSHIP.plug(authorship)
unscoped(ChangeSet, because="its pages show the entries in scope")
