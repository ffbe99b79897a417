"""What organizations answer for lower apps: who is in whose scope, and what deactivation means."""

from apps.accounts.services import DEACTIVATION_WARNINGS
from apps.core.scope import SCOPE
from apps.organizations.organization_scope import SCOPE as ORGANIZATIONS
from apps.organizations.selectors import answers_for

SCOPE.plug(ORGANIZATIONS)
DEACTIVATION_WARNINGS.add(answers_for)
